"""What must hold for the deployed stack: functions from a stack to its faults.

Linters do not find a wrong principal, a misspelt variable or an IAM statement that denies every call. These functions
compare whole values with the expected ones, so they find an extra member as well as a missing one.
"""

import json
import re
from pathlib import Path

from alarm_faults import alarm_faults
from dashboard_faults import dashboard_faults
from deployed_stack import ACCOUNT, STACK_GUID, STACK_NAME, DeployedStack, partition_of
from differences import differs, normal
from function_faults import function_faults
from gateway_settings import Setting, chime_actions, routes
from notification_faults import NOTIFICATIONS_FUNCTION, notification_faults
from query_faults import query_faults
from registry_faults import TABLE, gateway_requests, registry_faults, table_variables
from release_faults import release_faults
from role_faults import function_role_faults, logs_and_traces

# What pages may send and read; the front of `local` has it from there too.
CORS_CONFIGURATION = Path(__file__).resolve().parents[2] / "local" / "src" / "front" / "cors.json"

FUNCTION = "GatewayFunction"
ALIAS = "GatewayFunctionAliaslive"
API = "GatewayApi"
STAGE = "GatewayApiApiGatewayDefaultStage"
QUEUE = "MeetingEventsQueue"
DEAD_LETTER_QUEUE = "MeetingEventsDeadLetterQueue"

# Resource types that would add an entrance or a permission that is not checked below.
UNEXPECTED_TYPES = {
    "AWS::ApiGateway::RestApi": "a second API",
    "AWS::ApiGatewayV2::Route": "a route outside the API's own document",
    "AWS::ApiGatewayV2::Integration": "an integration outside the API's own document",
    "AWS::ApiGatewayV2::Authorizer": "an authorizer outside the API's own document",
    "AWS::IAM::ManagedPolicy": "a policy outside the roles",
    "AWS::IAM::Policy": "a policy outside the roles",
    "AWS::IAM::RolePolicy": "a policy outside the roles",
    "AWS::IAM::User": "a user",
    "AWS::Lambda::EventInvokeConfig": "asynchronous invocation",
    "AWS::Logs::MetricFilter": "a metric that is counted beside the functions' own",
    "AWS::Lambda::Url": "a function URL, which has no authorizer",
}


def faults(stack: DeployedStack, settings: list[Setting]) -> list[str]:
    """Returns every fault of a stack."""
    return [
        *_unexpected_resources(stack),
        *_queue(stack),
        *_queue_policies(stack),
        *_function(stack),
        *_environment(stack, settings),
        *_function_role(stack),
        *_routes(stack),
        *_authorizer(stack),
        *_cors(stack),
        *_permissions(stack),
        *_stage(stack),
        *_policy_layer(stack),
        *registry_faults(stack),
        *notification_faults(stack),
        *release_faults(stack),
        *_logs(stack),
        *alarm_faults(stack),
        *query_faults(stack),
        *dashboard_faults(stack),
        *_outputs(stack),
        *_removal(stack),
    ]


def _unexpected_resources(stack: DeployedStack) -> list[str]:
    found = [
        f"{logical_id}: {UNEXPECTED_TYPES[body['Type']]}"
        for logical_id, body in stack.resources.items()
        if body["Type"] in UNEXPECTED_TYPES
    ]
    for resource_type, expected in (
        ("AWS::Lambda::Function", {FUNCTION, NOTIFICATIONS_FUNCTION}),
        ("AWS::ApiGatewayV2::Api", {API}),
        ("AWS::SQS::Queue", {QUEUE, DEAD_LETTER_QUEUE}),
        ("AWS::DynamoDB::Table", {TABLE} if stack.has_registry else set()),
        ("AWS::IAM::Role", {"GatewayRole", "NotificationsRole", "ReleaseRole"}),
    ):
        found += differs(f"the set of {resource_type}", sorted(stack.of_type(resource_type)), sorted(expected))
    return found


# ---- the queue -------------------------------------------------------------------------------------------------------


def _queue(stack: DeployedStack) -> list[str]:
    queue = stack.properties(QUEUE)
    dead_letters = stack.properties(DEAD_LETTER_QUEUE)
    found = []
    for name, properties in ((QUEUE, queue), (DEAD_LETTER_QUEUE, dead_letters)):
        if "FifoQueue" in properties or str(properties.get("QueueName", "")).endswith(".fifo"):
            found.append(f"{name} is FIFO: Chime delivers no events to a FIFO queue")
        found += differs(f"{name}: SqsManagedSseEnabled", properties.get("SqsManagedSseEnabled"), True)
        if "KmsMasterKeyId" in properties:
            found.append(f"{name}: a KMS key needs a grant for Chime, which this stack does not make")
    day = 24 * 60 * 60
    found += differs(f"{QUEUE}: MessageRetentionPeriod", queue.get("MessageRetentionPeriod"), 4 * day)
    found += differs(
        f"{DEAD_LETTER_QUEUE}: MessageRetentionPeriod", dead_letters.get("MessageRetentionPeriod"), 14 * day
    )
    redrive = {"deadLetterTargetArn": f"<{DEAD_LETTER_QUEUE}.Arn>", "maxReceiveCount": 5}
    found += differs(f"{QUEUE}: RedrivePolicy", queue.get("RedrivePolicy"), redrive)
    name = f"meeting-events-{STACK_GUID}"
    found += differs(f"{QUEUE}: QueueName", queue.get("QueueName"), name)
    source = f"arn:{partition_of(stack.region)}:sqs:{stack.region}:{ACCOUNT}:{name}"
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [source]}
    return found + differs(f"{DEAD_LETTER_QUEUE}: RedriveAllowPolicy", dead_letters.get("RedriveAllowPolicy"), allowed)


def _queue_policies(stack: DeployedStack) -> list[str]:
    partition = partition_of(stack.region)
    chime = {
        "Effect": "Allow",
        "Principal": {"Service": "meetings.chime.amazonaws.com"},
        "Action": ["sqs:GetQueueUrl", "sqs:SendMessage"],
        "Resource": f"<{QUEUE}.Arn>",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:{partition}:chime:{stack.region}:{ACCOUNT}:*"},
        },
    }
    found = []
    expected = {
        QUEUE: [chime, _denial_without_tls(QUEUE)],
        DEAD_LETTER_QUEUE: [_denial_without_tls(DEAD_LETTER_QUEUE)],
    }
    for queue, statements in expected.items():
        policies = [
            policy["Properties"]
            for policy in stack.of_type("AWS::SQS::QueuePolicy").values()
            if f"<{queue}>" in policy["Properties"]["Queues"]
        ]
        actual = [normal(statement) for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
        found += differs(f"the policy of {queue}", actual, statements)
    return found


def _denial_without_tls(queue: str) -> dict:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["sqs:*"],
        "Resource": f"<{queue}.Arn>",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


# ---- the function ----------------------------------------------------------------------------------------------------


def _function(stack: DeployedStack) -> list[str]:
    found = function_faults(stack, FUNCTION, "GatewayLogGroup", "gateway", Role="<GatewayRole.Arn>")
    timeout = stack.properties(FUNCTION).get("Timeout", 3)
    if not 10 <= timeout < 30:
        found.append(f"{FUNCTION}: Timeout of {timeout} s; API Gateway gives up after 30, Chime's retries need 10")
    return found


def _environment(stack: DeployedStack, settings: list[Setting]) -> list[str]:
    variables = stack.properties(FUNCTION).get("Environment", {}).get("Variables", {})
    known = {setting.name for setting in settings}
    found = [f"{name}: the gateway does not read this variable" for name in variables if name not in known]
    found += [
        f"{setting.name}: required, but not set"
        for setting in settings
        if setting.required_in(stack.parameters["AuthMode"]) and not variables.get(setting.name)
    ]
    parameters = stack.parameters
    expected = {
        "POLICY_FILE": "/opt/policy.json",
        "NOTIFICATIONS_QUEUE_ARN": f"<{QUEUE}.Arn>",
        "GATEWAY_NAME": STACK_NAME,
        "AUTH_MODE": parameters["AuthMode"],
        "TENANT_CLAIM": parameters["TenantClaim"],
        "SCOPE_CLAIM": parameters["ScopeClaim"],
        "GROUPS_CLAIM": parameters["GroupsClaim"],
        "SUBJECT_CLAIM": parameters["SubjectClaim"],
        "JWT_ISSUER": parameters["JwtIssuer"],
        "JWT_AUDIENCE": parameters["JwtAudience"],
        "TOKEN_USE": parameters["TokenUse"],
        "JWKS_URI": "",
        "JWKS_FILE": "",
        "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS": "",
        **table_variables(stack),
    }
    found += differs(f"{FUNCTION}: the environment", variables, expected)
    return found


def _function_role(stack: DeployedStack) -> list[str]:
    partition = partition_of(stack.region)
    meetings = f"arn:{partition}:chime:{stack.region}:{ACCOUNT}:meeting/*"
    carries_tag = {"StringEquals": {"aws:RequestTag/MeetingGateway": STACK_NAME}}
    not_another_stacks = {"StringEqualsIfExists": {"aws:ResourceTag/MeetingGateway": STACK_NAME}}
    # Each action with its resource and condition; `*` when the action has no resource type.
    of_this_stack = {"StringEquals": {"aws:ResourceTag/MeetingGateway": STACK_NAME}}
    expected = {
        action: ("*", carries_tag) if creates_meetings else (meetings, of_this_stack)
        for action, creates_meetings in chime_actions().items()
    }
    expected |= {"chime:TagResource": (meetings, carries_tag | not_another_stacks)}
    expected |= gateway_requests(stack) | logs_and_traces("GatewayLogGroup")
    return function_role_faults(stack, "GatewayRole", expected)


# ---- the endpoint ----------------------------------------------------------------------------------------------------


def _routes(stack: DeployedStack) -> list[str]:
    document = stack.properties(API).get("Body", {})
    deployed = {
        (path, method.upper()): operation
        for path, operations in document.get("paths", {}).items()
        for method, operation in operations.items()
    }
    found = differs("the set of routes", sorted(map(list, deployed)), sorted(map(list, routes())))
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": f"arn:{partition_of(stack.region)}:apigateway:{stack.region}:lambda:path/2015-03-31/functions/"
        f"<{ALIAS}>/invocations",
        "payloadFormatVersion": "2.0",
    }
    scopes = [scope for scope in stack.parameters["JwtScopes"] if scope]
    for (path, method), operation in deployed.items():
        route = f"{method} {path}"
        if operation.get("security") != [{"Token": scopes}]:
            found.append(f"{route}: the authorizer or its scopes are wrong: {operation.get('security')}")
        found += differs(f"{route}: integration", operation.get("x-amazon-apigateway-integration"), integration)
    if stack.properties(API).get("Target") or stack.properties(API).get("BodyS3Location"):
        found.append(f"{API}: a route or a document from outside the template")
    return found


def _authorizer(stack: DeployedStack) -> list[str]:
    document = stack.properties(API).get("Body", {})
    expected = {
        "Token": {
            "type": "oauth2",
            "x-amazon-apigateway-authorizer": {
                "type": "jwt",
                "identitySource": "$request.header.Authorization",
                "jwtConfiguration": {
                    "issuer": stack.parameters["JwtIssuer"],
                    "audience": stack.parameters["JwtAudience"].split(","),
                },
            },
        }
    }
    return differs("the authorizer", document.get("components", {}).get("securitySchemes"), expected)


def _cors(stack: DeployedStack) -> list[str]:
    origins = [origin for origin in stack.parameters["CorsOrigins"] if origin]
    expected = {
        "allowOrigins": origins,
        "allowMethods": sorted({method for _, method in routes()}),
        **json.loads(CORS_CONFIGURATION.read_text()),
    }
    document = stack.properties(API).get("Body", {})
    return differs("CORS", document.get("x-amazon-apigateway-cors"), expected if origins else None)


def _permissions(stack: DeployedStack) -> list[str]:
    partition = partition_of(stack.region)
    expected = {
        f"GatewayFunction{name}Permission": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": f"<{ALIAS}>",
            "Principal": "apigateway.amazonaws.com",
            # A parameter of the path can have any value.
            "SourceArn": f"arn:{partition}:execute-api:{stack.region}:{ACCOUNT}:<{API}>/*/{method}"
            + re.sub(r"\{\w+\}", "*", path),
        }
        for (path, method), name in routes().items()
    }
    actual = {name: body["Properties"] for name, body in stack.of_type("AWS::Lambda::Permission").items()}
    return differs("who may invoke the function", actual, expected)


def _stage(stack: DeployedStack) -> list[str]:
    stage = stack.properties(STAGE)
    found = differs(f"{STAGE}: its name", stage.get("StageName"), "$default")
    throttling = {
        "DetailedMetricsEnabled": True,
        "ThrottlingRateLimit": stack.parameters["ThrottlingRate"],
        "ThrottlingBurstLimit": stack.parameters["ThrottlingBurst"],
    }
    found += differs(f"{STAGE}: DefaultRouteSettings", stage.get("DefaultRouteSettings"), throttling)
    if "RouteSettings" in stage:
        found.append(f"{STAGE}: RouteSettings override the throttling of some routes")
    log = stage.get("AccessLogSettings", {})
    found += differs(f"{STAGE}: the log's destination", log.get("DestinationArn"), "<ApiLogGroup.Arn>")
    access_log = str(log.get("Format", ""))
    for case, line in _access_log_lines(access_log).items():
        try:
            json.loads(line)
        except ValueError:
            found.append(f"{STAGE}: the access log's line is not JSON {case}: {line}")
    try:
        fields = json.loads(access_log)
    except ValueError:
        return [*found, f"{STAGE}: the access log's format is not JSON"]
    for name in ("requestId", "route", "status", "integrationError", "authorizerError"):
        if name not in fields:
            found.append(f"{STAGE}: the access log leaves out {name}")
    for name, variable in fields.items():
        if "claims" in variable or "header" in variable or "path" in variable.lower():
            found.append(f"{STAGE}: the access log's {name} contains data of a caller or a token: {variable}")
    return found


def _access_log_lines(access_log: str) -> dict[str, str]:
    """Returns API Gateway's lines in this format. It escapes nothing and writes `-` for a variable without a value."""
    message = 'the value "a" is wrong'
    values = {"$context.error.message": message, "$context.error.messageString": json.dumps(message)}

    def line(values: dict[str, str]) -> str:
        return re.sub(r"\$context(\.\w+)+", lambda variable: values.get(variable[0], "-"), access_log)

    return {"for a successful request": line({}), "for an error message with quotes": line(values)}


# ---- the layer, logs, outputs ----------------------------------------------------------------------------------------


def _policy_layer(stack: DeployedStack) -> list[str]:
    found = []
    layers = stack.of_type("AWS::Lambda::LayerVersion")
    attached = [arn.rpartition(":")[2] for arn in stack.properties(FUNCTION).get("Layers", [])]
    found += differs(f"{FUNCTION}: Layers", attached, [f"<{name}>" for name in layers])
    for name, layer in layers.items():
        found += differs(f"{name}: DeletionPolicy", layer.get("DeletionPolicy"), "Delete")
        found += differs(f"{name}: LayerName", layer["Properties"].get("LayerName"), f"{STACK_NAME}-policy")
        supported = layer["Properties"].get("CompatibleArchitectures", [])
        if stack.parameters["Architecture"] not in supported:
            found.append(f"{name}: not for {stack.parameters['Architecture']}")
    source = stack.source["Resources"].get("PolicyLayer", {}).get("Properties", {})
    return found + differs("the content of PolicyLayer", source.get("ContentUri"), "policy/")


def _logs(stack: DeployedStack) -> list[str]:
    groups = {name: body["Properties"] for name, body in stack.of_type("AWS::Logs::LogGroup").items()}
    names = {name: group.get("LogGroupName") for name, group in groups.items()}
    of_functions = f"/aws/lambda/meeting-gateway/{STACK_NAME}"
    expected = {
        "ApiLogGroup": f"/aws/vendedlogs/meeting-gateway/{STACK_NAME}/api",
        "GatewayLogGroup": of_functions,
        "NotificationsLogGroup": f"{of_functions}/notifications",
    }
    found = differs("the log groups", names, expected)
    for name, group in groups.items():
        found += differs(f"{name}: RetentionInDays", group.get("RetentionInDays"), stack.parameters["LogRetentionDays"])
    return found


def _outputs(stack: DeployedStack) -> list[str]:
    found = []
    for name, expected in (
        ("ApiUrl", f"<{API}.ApiEndpoint>"),
        ("MeetingEventsQueueArn", f"<{QUEUE}.Arn>"),
        ("MeetingEventsQueueUrl", f"<{QUEUE}>"),
        ("MeetingEventsDeadLetterQueueUrl", f"<{DEAD_LETTER_QUEUE}>"),
        ("FunctionName", f"<{FUNCTION}>"),
        ("FunctionLogGroup", "<GatewayLogGroup>"),
        ("ApiLogGroup", "<ApiLogGroup>"),
        ("NotificationsFunctionName", f"<{NOTIFICATIONS_FUNCTION}>"),
        ("NotificationsLogGroup", "<NotificationsLogGroup>"),
        ("DashboardName", "<MeetingDashboard>"),
        ("RegistryTableName", f"<{TABLE}>" if stack.has_registry else None),
    ):
        found += differs(f"output {name}", stack.outputs.get(name), expected)
    command = str(stack.outputs.get("CreateMeetingCommand", ""))
    if not command.startswith("curl ") or f"<{API}.ApiEndpoint>/meetings" not in command:
        found.append(f"output CreateMeetingCommand does not call POST /meetings: {command}")
    return found


def _removal(stack: DeployedStack) -> list[str]:
    """Finds resources that remain when the stack is removed. Versions go with their function."""
    return [
        f"{name}: remains when the stack is removed"
        for name, body in stack.resources.items()
        if body.get("DeletionPolicy", "Delete") != "Delete" and body["Type"] != "AWS::Lambda::Version"
    ]
