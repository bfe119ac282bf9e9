"""Faults planted for each operation of the table: its route, its event at the function, its IAM action, its quota."""

import copy

import pytest
from alarm_faults import THROTTLE_ALARMS
from gateway_settings import chime_actions, routes
from mutated import document, function, messages_about, statement, without_alarm

CREATES, SERVES = "chime:CreateMeeting", "chime:GetMeeting"
STACKS_NAME = {"Ref": "AWS::StackName"}


def tag(kind: str, operator: str = "StringEquals", value=STACKS_NAME) -> dict:
    """A condition on the stack's tag, in the request or at the resource."""
    return {operator: {f"aws:{kind}/MeetingGateway": value}}


def set_condition(action: str, condition: dict):
    def change(resources):
        statement(resources, action)["Condition"] = condition

    return change


def set_resource(action: str, resource):
    def change(resources):
        statement(resources, action)["Resource"] = resource

    return change


def add_statement(**members):
    def change(resources):
        policy = resources["GatewayRole"]["Properties"]["Policies"][0]["PolicyDocument"]
        policy["Statement"].append({"Effect": "Allow", "Resource": "*"} | members)

    return change


# A reason, the change, and a part of the expected message.
ROLE = [
    (
        "no meeting that exists has a tag in the request",
        set_condition(SERVES, tag("RequestTag")),
        f"{SERVES}: condition",
    ),
    (
        "IfExists lets meetings without a tag in",
        set_condition(SERVES, tag("ResourceTag", "StringEqualsIfExists")),
        f"{SERVES}: condition",
    ),
    (
        "a pattern lets other stacks' meetings in",
        set_condition(SERVES, tag("ResourceTag", "StringLike", "*")),
        f"{SERVES}: condition",
    ),
    (
        "the tag of one stack for every stack",
        set_condition(SERVES, tag("ResourceTag", value="meeting-gateway")),
        f"{SERVES}: condition",
    ),
    (
        "a second condition that no request meets",
        set_condition(CREATES, tag("RequestTag") | tag("ResourceTag", "StringLike")),
        f"{CREATES}: condition",
    ),
    (
        "IfExists lets meetings be made without a tag",
        set_condition(CREATES, tag("RequestTag", "StringEqualsIfExists")),
        f"{CREATES}: condition",
    ),
    ("meetings are not all that has an ARN", set_resource(SERVES, "*"), f"{SERVES}: resource"),
    (
        "ARNs of another partition",
        set_resource(SERVES, {"Fn::Sub": "arn:aws-cn:chime:${AWS::Region}:${AWS::AccountId}:meeting/*"}),
        f"{SERVES}: resource",
    ),
    (
        "a second statement without the tag",
        add_statement(Action="chime:GetMeeting"),
        "chime:GetMeeting is granted twice",
    ),
    ("everything but one action", add_statement(NotAction="chime:TagResource"), "an unexpected statement"),
    ("the legacy list of meetings", add_statement(Action="chime:ListMeetings"), "is granted, but not needed"),
    ("the caller could take the tag away", add_statement(Action="chime:UntagResource"), "is granted, but not needed"),
    ("Join is not an operation of Chime", add_statement(Action="chime:Join"), "chime:Join is granted, but not needed"),
]


@pytest.mark.parametrize(("change", "found"), [row[1:] for row in ROLE], ids=[row[0] for row in ROLE])
def test_finds_a_fault_of_the_role(settings, change, found):
    messages = messages_about(change, settings)
    assert any(found in message for message in messages), messages


def test_finds_an_action_that_is_missing_or_bound_by_the_other_kind_of_tag(settings):
    for action, creates_meetings in chime_actions().items():
        here, there = (CREATES, SERVES) if creates_meetings else (SERVES, CREATES)

        def remove(resources, here=here, action=action):
            statement(resources, here)["Action"].remove(action)

        def move(resources, here=here, there=there, action=action):
            # Both first: afterwards, one may no longer be found by its name.
            source, target = statement(resources, here), statement(resources, there)
            source["Action"].remove(action)
            target["Action"].append(action)

        assert f"GatewayRole: {action} is not granted" in messages_about(remove, settings)
        messages = messages_about(move, settings)
        for part in ("resource", "condition"):
            assert any(f"{action}: {part}" in message for message in messages), (action, messages)


def test_finds_a_route_that_is_missing_or_open(settings):
    for (path, method), name in routes().items():

        def remove(resources, path=path, method=method, name=name):
            del document(resources)["paths"][path][method.lower()]
            # SAM adds the route of an event that the document lacks.
            del function(resources)["Events"][name]

        def leave_open(resources, path=path, method=method):
            # SAM gives a route without `security` the default authorizer.
            document(resources)["paths"][path][method.lower()]["security"] = [{"NONE": []}]

        def forget_security(resources, path=path, method=method):
            del document(resources)["paths"][path][method.lower()]["security"]

        messages = messages_about(remove, settings)
        assert any("the set of routes" in message for message in messages), (name, messages)
        for change in (leave_open, forget_security):
            messages = messages_about(change, settings, JwtScopes="meetings/use")
            wanted = f"{method} {path}: the authorizer or its scopes are wrong"
            assert any(message.startswith(wanted) for message in messages), (name, change.__name__, messages)


def test_finds_a_route_that_api_gateway_may_not_call(settings):
    for name in routes().values():

        def remove(resources, name=name):
            del function(resources)["Events"][name]

        messages = messages_about(remove, settings)
        assert any("who may invoke the function" in message for message in messages), (name, messages)


def test_finds_a_method_of_cors_that_no_route_has_or_that_is_missing(settings):
    origin = {"CorsOrigins": "https://app.example.com"}
    for method in sorted({method for _, method in routes()} | {"PATCH", "*"}):

        def toggle(resources, method=method):
            methods = document(resources)["x-amazon-apigateway-cors"]["Fn::If"][1]["allowMethods"]
            methods[:] = sorted({*methods} ^ {method})

        messages = messages_about(toggle, settings, **origin)
        assert any(message.startswith("CORS") for message in messages), (method, messages)


def test_finds_a_throttle_alarm_that_is_missing_or_watches_another_operation(settings):
    for name in THROTTLE_ALARMS:

        def remove(resources, name=name):
            without_alarm(resources, name)

        def watch_another(resources, name=name):
            dimensions = copy.deepcopy(resources[name]["Properties"]["Dimensions"])
            (resource,) = [dimension for dimension in dimensions if dimension["Name"] == "Resource"]
            resource["Value"] = "ListMeetings"
            resources[name]["Properties"]["Dimensions"] = dimensions

        assert any(message.startswith("the alarms") for message in messages_about(remove, settings)), name
        messages = messages_about(watch_another, settings)
        assert any(message.startswith(f"{name}: what it measures") for message in messages), messages


def test_watches_operations_that_the_gateway_calls():
    assert {f"chime:{operation}" for operation in THROTTLE_ALARMS.values()} <= chime_actions().keys()
