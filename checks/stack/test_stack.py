"""The deployed stack has no fault, in every kind of region and with every relevant set of parameters."""

import json
import re

import botocore.session
import pytest
from deployed_stack import REPOSITORY, TemplateError, deploy, published_version, refused_by_rules
from stack_faults import faults

DEPLOYMENTS = {
    "with defaults": {},
    "in a GovCloud region": {"region": "us-gov-west-1"},
    "in an opt-in region": {"region": "af-south-1"},
    "in authorizer mode": {"AuthMode": "authorizer"},
    "called from two browser origins": {"CorsOrigins": "https://app.example.com,https://beta.example.com"},
    "with two scopes": {"JwtScopes": "meetings/create,meetings/admin"},
    "with plain Cognito's ID tokens": {
        "JwtIssuer": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE",
        "TokenUse": "id",
    },
    "with alarms sent, and a consumer of one's own": {
        "AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:pager",
        "QueueIsConsumed": "true",
    },
    "with an event bus": {"EventBusName": "meetings"},
    "with an event bus in GovCloud, and a consumer of one's own": {
        "region": "us-gov-east-1",
        "EventBusName": "meetings",
        "QueueIsConsumed": "true",
    },
    "without a registry": {"Registry": "false"},
    "with a registry that is backed up and can't be removed, in GovCloud": {
        "region": "us-gov-west-1",
        "RegistryRecovery": "true",
        "RegistryRetained": "true",
    },
    "on arm64, with more memory, longer retention and a release at once": {
        "Architecture": "arm64",
        "MemorySize": "512",
        "LogRetentionDays": "365",
        "ReleaseStrategy": "AllAtOnce",
        "LogLevel": "DEBUG",
        "ThrottlingRate": "100",
        "ThrottlingBurst": "200",
    },
}


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS.keys())
def test_stack_has_no_fault(template, settings, deployment):
    assert faults(deploy(template, **deployment), settings) == []


def chime_regions() -> set[str]:
    """Returns the regions with a Chime SDK Meetings endpoint, from botocore."""
    session = botocore.session.get_session()
    return {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("chime-sdk-meetings", partition)
    }


def test_rules_accept_every_region_with_a_chime_endpoint(template):
    assert len(chime_regions()) == 14
    for region in sorted(chime_regions()):
        assert refused_by_rules(deploy(template, region=region)) == [], region


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-2", "us-west-1", "sa-east-1", "eu-north-1", "me-south-1"])
def test_rules_refuse_any_other_region_and_name_the_right_ones(template, region):
    messages = refused_by_rules(deploy(template, region=region))
    assert len(messages) == 1
    for usable in chime_regions():
        assert usable in messages[0]


# Changes that affect the gateway: each must reach the alias, and with it the endpoint.
CHANGES = {
    "code": {"content": {"GatewayFunction": "second"}},
    "the policy document": {"content": {"PolicyLayer": "second"}},
    "AuthMode": {"AuthMode": "authorizer"},
    "TokenUse": {"TokenUse": "id"},
    "JwtIssuer": {"JwtIssuer": "https://other.example.com"},
    "JwtAudience": {"JwtAudience": "web"},
    "TenantClaim": {"TenantClaim": "tenant"},
    "ScopeClaim": {"ScopeClaim": "scp"},
    "GroupsClaim": {"GroupsClaim": "groups"},
    "SubjectClaim": {"SubjectClaim": "email"},
    "Registry": {"Registry": "false"},
    "Architecture": {"Architecture": "arm64"},
    "MemorySize": {"MemorySize": "512"},
    "LogLevel": {"LogLevel": "DEBUG"},
}
# Changes that affect the function that reads the queue.
CHANGES_OF_NOTIFICATIONS = {
    "code": {"content": {"NotificationsFunction": "second"}},
    "EventBusName": {"EventBusName": "meetings"},
    "Registry": {"Registry": "false"},
    "Architecture": {"Architecture": "arm64"},
    "MemorySize": {"MemorySize": "512"},
    "LogLevel": {"LogLevel": "DEBUG"},
}
OF_FUNCTIONS = {"GatewayFunction": CHANGES, "NotificationsFunction": CHANGES_OF_NOTIFICATIONS}
EACH_CHANGE = [(function, change) for function, changes in OF_FUNCTIONS.items() for change in changes]
# Parameters that affect no function: routes, throttling, alarms, log retention, releases, the mapping, how the table
# is kept.
ELSEWHERE = {
    "JwtScopes",
    "CorsOrigins",
    "ThrottlingRate",
    "ThrottlingBurst",
    "LogRetentionDays",
    "ReleaseStrategy",
    "AlarmTopicArn",
    "QueueIsConsumed",
    "RegistryRecovery",
    "RegistryRetained",
}


@pytest.mark.parametrize("function", OF_FUNCTIONS)
def test_publishes_no_new_version_of_an_unchanged_stack(template, function):
    assert published_version(deploy(template), function) == published_version(deploy(template), function)


@pytest.mark.parametrize(("function", "change"), EACH_CHANGE)
def test_publishes_a_new_version_for_a_change_of_the_function(template, function, change):
    before, after = deploy(template), deploy(template, **OF_FUNCTIONS[function][change])
    assert before.properties(function) != after.properties(function)
    assert published_version(before, function) != published_version(after, function)


@pytest.mark.parametrize("function", OF_FUNCTIONS)
def test_publishes_no_new_version_for_a_change_of_the_other_function_alone(template, function):
    (other,) = OF_FUNCTIONS.keys() - {function}
    for change in OF_FUNCTIONS[other].keys() - OF_FUNCTIONS[function].keys() | {"code"}:
        changed = deploy(template, **OF_FUNCTIONS[other][change])
        assert published_version(deploy(template), function) == published_version(changed, function), change


def test_knows_of_every_parameter_whether_it_affects_a_function(template):
    of_functions = CHANGES.keys() | CHANGES_OF_NOTIFICATIONS.keys()
    assert set(template["Parameters"]) == (of_functions - {"code", "the policy document"}) | ELSEWHERE


def parameters_in(node, template: dict) -> set[str]:
    """Returns the parameters that a part of the template refers to, by `Ref` in `Fn::Sub` or by a condition."""
    if isinstance(node, dict):
        inside = set().union(*(parameters_in(member, template) for member in node.values()))
        if "Fn::If" in node:
            inside |= parameters_in(template["Conditions"][node["Fn::If"][0]], template)
        return inside | ({node["Ref"]} & template["Parameters"].keys() if "Ref" in node else set())
    if isinstance(node, list):
        return set().union(*(parameters_in(member, template) for member in node))
    return set(re.findall(r"\$\{(\w+)\}", str(node))) & template["Parameters"].keys()


def parameters_in_descriptions(template: dict, function: str) -> set[str]:
    described = [template["Resources"][function]["Properties"]["VersionDescription"]]
    if function == "GatewayFunction":
        described.append(template["Resources"]["PolicyLayer"]["Properties"]["Description"])
    return parameters_in(described, template)


@pytest.mark.parametrize("function", OF_FUNCTIONS)
def test_descriptions_contain_every_parameter_of_the_function(template, function):
    properties = template["Resources"][function]["Properties"]
    # These are not properties of the version.
    excluded = {"VersionDescription", "DeploymentPreference", "Events"}
    of_the_function = {name: member for name, member in properties.items() if name not in excluded}
    assert parameters_in(of_the_function, template) == parameters_in_descriptions(template, function)


def longest_value(parameter: dict) -> str:
    """Returns the longest value that CloudFormation accepts for a parameter."""
    if "AllowedValues" in parameter:
        return max(map(str, parameter["AllowedValues"]), key=len)
    if "MaxValue" in parameter:
        return str(parameter["MaxValue"])
    start = "https://" if parameter.get("AllowedPattern", "").startswith("^https://") else ""
    return start + "x" * (parameter["MaxLength"] - len(start))


def test_longest_parameters_fit_into_the_descriptions(template):
    carried = set().union(*(parameters_in_descriptions(template, function) for function in OF_FUNCTIONS))
    stack = deploy(template, **{name: longest_value(template["Parameters"][name]) for name in carried})
    resources = stack.of_type("AWS::Lambda::Version") | stack.of_type("AWS::Lambda::LayerVersion")
    assert len(resources) == 3
    for logical_id, resource in resources.items():
        # A longer version number than a layer will ever have.
        description = re.sub("<PolicyLayer[0-9a-f]+>", "9" * 10, resource["Properties"]["Description"])
        assert len(description) <= 256, logical_id


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("JwtIssuer", "http://issuer.example.com"),
        ("JwtIssuer", "issuer.example.com"),
        ("JwtIssuer", ""),
        ("JwtIssuer", "https://" + "i" * 105),
        ("JwtAudience", "web, mobile"),
        ("JwtAudience", "web,"),
        ("JwtAudience", ""),
        ("TenantClaim", "t" * 57),
        ("SubjectClaim", "s" * 57),
        ("AuthMode", "none"),
        ("TokenUse", "refresh"),
        ("AlarmTopicArn", "pager"),
        ("ReleaseStrategy", "Canary"),
        ("QueueIsConsumed", "yes"),
        ("Registry", "yes"),
        ("RegistryRecovery", "35"),
        ("RegistryRetained", "Retain"),
        # Lambda would drop the lines of requests that succeed, and their metrics.
        ("LogLevel", "WARN"),
        ("LogLevel", "ERROR"),
        # IAM's permission is for a bus of this account and region.
        ("EventBusName", "arn:aws:events:us-east-1:123456789012:event-bus/meetings"),
        ("EventBusName", "aws.partner/example.com/meetings"),
        ("EventBusName", "b" * 201),
        ("EventBusName", "*"),
    ],
)
def test_refuses_an_invalid_parameter(template, parameter, value):
    with pytest.raises(TemplateError, match=parameter):
        deploy(template, **{parameter: value})


def test_token_use_has_no_default(template):
    """`access` refuses callers of plain Cognito, whose access tokens name no tenant; `id` refuses `at+jwt` tokens."""
    assert "Default" not in template["Parameters"]["TokenUse"]


def test_stack_contains_no_secret(template):
    secretive = [name for name, parameter in template["Parameters"].items() if parameter.get("NoEcho")]
    assert secretive == []
    assert "resolve:secretsmanager" not in json.dumps(template)
    assert "resolve:ssm" not in json.dumps(template)


def test_layer_holds_the_policy_document_alone(template):
    """SAM deploys every file of the folder, also those that git ignores."""
    folder = REPOSITORY / template["Resources"]["PolicyLayer"]["Properties"]["ContentUri"]
    assert [path.name for path in folder.iterdir()] == ["policy.json"]
