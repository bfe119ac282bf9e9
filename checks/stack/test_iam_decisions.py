"""Calls that IAM allows the functions' roles, and calls that it denies."""

import pytest
from deployed_stack import ACCOUNT, STACK_NAME, deploy
from iam_decisions import Call, PolicyError, allows

GATEWAY, NOTIFICATIONS = "GatewayRole", "NotificationsRole"
TABLE = "<RegistryTable.Arn>"
ROOM, MEETING, USAGE, SESSION = "room#5f2a", "meeting#eb81e378", "usage#acme", "session#eb81e378"
TENANTS_SLOT, CALLERS_SLOT = "tenant-slots#acme", "caller-slots#9d01"
MEETINGS = f"arn:aws:chime:us-east-1:{ACCOUNT}:meeting/eb81e378"
IN_REQUEST, AT_RESOURCE = "aws:RequestTag/MeetingGateway", "aws:ResourceTag/MeetingGateway"


def items(action: str, *keys: str, table: str = TABLE) -> Call:
    """A request to a table; a transaction's parts of one action are one such request with several keys."""
    return Call(f"dynamodb:{action}", table, {"dynamodb:LeadingKeys": list(keys)})


def meeting(action: str, resource: str = MEETINGS, **tags: str) -> Call:
    """A call of Chime with the stack's tag, or another, in the request or at the meeting."""
    names = {"request": IN_REQUEST, "carries": AT_RESOURCE}
    return Call(f"chime:{action}", resource, {names[kind]: [value] for kind, value in tags.items()})


# Why, the role, the call.
ALLOWED = [
    ("reads a room", GATEWAY, items("GetItem", ROOM)),
    ("writes a room's generation", GATEWAY, items("PutItem", ROOM)),
    ("lists the tenant's slots", GATEWAY, items("Query", TENANTS_SLOT)),
    ("lists a caller's slots", GATEWAY, items("Query", CALLERS_SLOT)),
    ("takes the tenant's slot, or its turn", GATEWAY, items("PutItem", TENANTS_SLOT)),
    ("takes a caller's slot", GATEWAY, items("PutItem", CALLERS_SLOT)),
    ("frees the tenant's slot", GATEWAY, items("DeleteItem", TENANTS_SLOT)),
    ("frees a caller's slot", GATEWAY, items("DeleteItem", CALLERS_SLOT)),
    ("records or ends a meeting", GATEWAY, items("UpdateItem", MEETING)),
    ("publishes: meeting, room and slots", GATEWAY, items("UpdateItem", MEETING, ROOM, TENANTS_SLOT, CALLERS_SLOT)),
    ("finds the tenant of an event", NOTIFICATIONS, items("GetItem", MEETING)),
    ("ends a meeting", NOTIFICATIONS, items("UpdateItem", MEETING)),
    ("frees the tenant's slot of an ended meeting", NOTIFICATIONS, items("DeleteItem", TENANTS_SLOT)),
    ("frees the caller's", NOTIFICATIONS, items("DeleteItem", CALLERS_SLOT)),
    ("notes when somebody joined", NOTIFICATIONS, items("UpdateItem", SESSION)),
    ("reads who was in a meeting", NOTIFICATIONS, items("Query", SESSION)),
    ("reads a day's usage, to raise its peak", NOTIFICATIONS, items("GetItem", USAGE)),
    ("counts usage and what was counted", NOTIFICATIONS, items("UpdateItem", USAGE, MEETING)),
    ("creates with the stack's tag", GATEWAY, meeting("CreateMeeting", "*", request=STACK_NAME)),
    ("tags what it creates", GATEWAY, meeting("TagResource", request=STACK_NAME)),
    ("reads the stack's meeting", GATEWAY, meeting("GetMeeting", carries=STACK_NAME)),
]
ANOTHER = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/another"
DENIED = [
    ("another table", GATEWAY, items("GetItem", ROOM, table=ANOTHER)),
    ("another table", NOTIFICATIONS, items("GetItem", MEETING, table=ANOTHER)),
    ("an index of the table", GATEWAY, items("Query", TENANTS_SLOT, table=f"{TABLE}/index/by-tenant")),
    ("whose a meeting is, which only events need", GATEWAY, items("GetItem", MEETING)),
    ("who was in a meeting", GATEWAY, items("Query", SESSION)),
    ("a tenant's usage", GATEWAY, items("GetItem", USAGE)),
    ("all of a tenant's days", NOTIFICATIONS, items("Query", USAGE)),
    ("a tenant's usage, changed", GATEWAY, items("UpdateItem", USAGE)),
    ("a transaction with one key too many", GATEWAY, items("UpdateItem", MEETING, USAGE)),
    ("a room that is deleted", GATEWAY, items("DeleteItem", ROOM)),
    ("a meeting that is deleted", GATEWAY, items("DeleteItem", MEETING)),
    ("a meeting whose mark of its end is overwritten", GATEWAY, items("PutItem", MEETING)),
    ("a key of another kind that begins alike", GATEWAY, items("GetItem", "rooms#5f2a")),
    ("a key in capitals", GATEWAY, items("GetItem", "ROOM#5f2a")),
    ("every room at once", GATEWAY, Call("dynamodb:Scan", TABLE)),
    ("a statement in SQL", GATEWAY, items("PartiQLSelect", ROOM)),
    ("several items at once", GATEWAY, items("BatchWriteItem", ROOM)),
    ("a check alone, which no transaction has", GATEWAY, items("ConditionCheckItem", ROOM)),
    ("the table's description", GATEWAY, Call("dynamodb:DescribeTable", TABLE)),
    ("the table", GATEWAY, Call("dynamodb:DeleteTable", TABLE)),
    ("a room", NOTIFICATIONS, items("GetItem", ROOM)),
    ("a room, changed", NOTIFICATIONS, items("UpdateItem", ROOM)),
    ("a slot, taken", NOTIFICATIONS, items("PutItem", TENANTS_SLOT)),
    ("a slot, changed", NOTIFICATIONS, items("UpdateItem", TENANTS_SLOT)),
    ("a tenant's slots", NOTIFICATIONS, items("Query", TENANTS_SLOT)),
    ("usage that is deleted", NOTIFICATIONS, items("DeleteItem", USAGE)),
    ("a meeting that is deleted", NOTIFICATIONS, items("DeleteItem", MEETING)),
    ("every item at once", NOTIFICATIONS, Call("dynamodb:Scan", TABLE)),
    ("the table", NOTIFICATIONS, Call("dynamodb:DeleteTable", TABLE)),
    ("a meeting without a tag", GATEWAY, meeting("CreateMeeting", "*")),
    ("a meeting of another stack", GATEWAY, meeting("GetMeeting", carries="another")),
    ("a tag at another stack's meeting", GATEWAY, meeting("TagResource", request=STACK_NAME, carries="another")),
    ("Chime", NOTIFICATIONS, meeting("GetMeeting", carries=STACK_NAME)),
]


@pytest.fixture(scope="module")
def stack(template):
    return deploy(template)


@pytest.mark.parametrize(("role", "call"), [row[1:] for row in ALLOWED], ids=[f"{row[1]} {row[0]}" for row in ALLOWED])
def test_allows(stack, role, call):
    assert allows(stack, role, call)


@pytest.mark.parametrize(("role", "call"), [row[1:] for row in DENIED], ids=[f"{row[1]} {row[0]}" for row in DENIED])
def test_denies(stack, role, call):
    assert not allows(stack, role, call)


def test_a_stack_without_a_registry_may_ask_nothing_of_any_table(template):
    stack = deploy(template, Registry="false")
    for _, role, call in ALLOWED:
        if call.action.startswith("dynamodb:"):
            assert not allows(stack, role, call), call


@pytest.mark.parametrize(
    ("statement", "is_allowed", "reason"),
    [
        ({}, True, "nothing speaks against it"),
        ({"Action": "dynamodb:getitem"}, True, "actions are compared without case"),
        ({"Action": "dynamodb:Get*"}, True, "a wildcard"),
        ({"Resource": f"{TABLE[:-1]}?"}, True, "a sign for any character"),
        ({"Effect": "Deny"}, False, "a denial"),
        ({"Condition": {"StringEquals": {"dynamodb:LeadingKeys": [ROOM]}}}, True, "the key as it is"),
        ({"Condition": {"StringEquals": {"aws:ResourceTag/MeetingGateway": "x"}}}, False, "a key that is not there"),
        ({"Condition": {"StringEqualsIfExists": {"aws:ResourceTag/MeetingGateway": "x"}}}, True, "if it is there"),
        ({"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["room*"]}}}, True, "fits the pattern"),
        ({"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["room"]}}}, False, "not only begins so"),
    ],
)
def test_evaluates_a_statement_as_iam_does(stack, monkeypatch, statement, is_allowed, reason):
    plain = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE}
    role = {"Policies": [{"PolicyDocument": {"Statement": [plain | statement]}}]}
    monkeypatch.setitem(stack.resources, "Role", {"Properties": role})
    assert allows(stack, "Role", items("GetItem", ROOM)) is is_allowed, reason


@pytest.mark.parametrize(
    "statement",
    [{"Condition": {"StringLike": {"dynamodb:LeadingKeys": ["room#*"]}}}, {"NotAction": "dynamodb:Scan"}],
    ids=["an operator that it does not know", "a member that it does not know"],
)
def test_does_not_guess(stack, monkeypatch, statement):
    plain = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE}
    role = {"Policies": [{"PolicyDocument": {"Statement": [plain | statement]}}]}
    monkeypatch.setitem(stack.resources, "Role", {"Properties": role})
    with pytest.raises(PolicyError):
        allows(stack, "Role", items("GetItem", ROOM))
