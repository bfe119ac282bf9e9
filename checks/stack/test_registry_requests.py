"""What the functions ask of the registry's table, as their programs send it: their roles allow that, and no more."""

import json
import os
from pathlib import Path

import pytest
from deployed_stack import REPOSITORY, deploy
from iam_decisions import Call, allows
from invoked_function import InvokedFunction
from processes import LocalGateway, LocalServices
from recorded_table import RecordedTable, calls_of
from registry_faults import GATEWAY, NOTIFICATIONS, TABLE

TABLE_ARN = f"<{TABLE}.Arn>"
# The table that `local` has from its start.
TABLE_NAME = "local-registry"
# The built program; the variable names another one.
NOTIFICATIONS_PROGRAM = Path(os.environ.get("NOTIFICATIONS_PROGRAM", REPOSITORY / "target" / "debug" / "notifications"))
ATTENDEE = "8a3b1c55-31c5-4c45-9c9c-7f3d8c9a1b2e"
KEYS = {"GatewayRole": GATEWAY, "NotificationsRole": NOTIFICATIONS}


@pytest.fixture(scope="module")
def stack(template):
    return deploy(template)


@pytest.fixture(scope="module")
def asked(tmp_path_factory) -> dict[str, list[Call]]:
    """What each function has asked, by its role, of meetings and rooms from their opening to their last event."""
    policy = limited_policy(tmp_path_factory.mktemp("policy"))
    with LocalServices() as services, RecordedTable(table_of(services), TABLE_ARN) as table:
        # No events, which the other function would read in the same process.
        options = ("--policy", policy, "--registry", table.url, "--sqs-endpoint", "none")
        with LocalGateway(options) as local:
            # `local` itself has made the table.
            table.requests.clear()
            host = local.token(tenant="acme", groups="hosts")
            open_and_end(local, host)
            of_the_gateway = table.calls()
            meeting = local.post("/meetings", host, {"ExternalMeetingId": "retro"})["Meeting"]["MeetingId"]
        table.requests.clear()
        variables = {"REGISTRY_TABLE": TABLE_NAME, "AWS_ENDPOINT_URL_DYNAMODB": table.url}
        with InvokedFunction(NOTIFICATIONS_PROGRAM, GATEWAY_NAME="local", **variables) as notifications:
            answer = notifications.invoke(batch(meeting))
            assert answer == {"batchItemFailures": []}, notifications.output()
        return {"GatewayRole": of_the_gateway, "NotificationsRole": table.calls()}


def table_of(services: LocalServices) -> str:
    """Returns the endpoint at which `local` plays DynamoDB."""
    return f"http://{services.host}:{services.registry}"


def limited_policy(folder: Path) -> Path:
    """Writes the sample policy, with one meeting at a time for each caller of `acme`."""
    policy = json.loads((REPOSITORY / "policy" / "policy.json").read_text())
    policy["Tenants"]["acme"]["Limits"] = {"OpenMeetings": 2, "OpenMeetingsPerCaller": 1}
    path = folder / "policy.json"
    path.write_text(json.dumps(policy))
    return path


def open_and_end(local: LocalGateway, host: str) -> None:
    """Opens and ends a meeting and a room of a tenant with limits, and a meeting of one without."""
    meeting = local.post("/meetings", host, {"ExternalMeetingId": "standup"})["Meeting"]["MeetingId"]
    with pytest.raises(ValueError, match="429"):
        local.post("/meetings", host, {"ExternalMeetingId": "standup-2"})
    local.request("DELETE", f"/meetings/{meeting}", host)
    room = local.post("/rooms/standup/join", host)["Meeting"]["MeetingId"]
    assert local.post("/rooms/standup/join", host)["Meeting"]["MeetingId"] == room
    local.request("GET", "/rooms/standup", host)
    local.request("DELETE", "/rooms/standup", host)
    local.post("/meetings", local.token(tenant="globex", groups="hosts"), {"ExternalMeetingId": "standup"})


def batch(meeting: str) -> dict:
    """A batch of a meeting's events: it starts, somebody comes and goes, it ends."""
    events = [
        ("MeetingStarted", None),
        ("AttendeeJoined", ATTENDEE),
        ("AttendeeLeft", ATTENDEE),
        ("MeetingEnded", None),
    ]
    return {"Records": [record(number, meeting, *event) for number, event in enumerate(events)]}


def record(number: int, meeting: str, event_type: str, attendee: str | None) -> dict:
    """A message of the queue about a meeting, as Lambda hands it over."""
    detail = {"version": "0", "eventType": f"chime:{event_type}", "timestamp": 1_785_000_000_000 + number * 60_000}
    detail |= {"meetingId": meeting, "externalMeetingId": "retro", "mediaRegion": "us-east-1"}
    if attendee:
        detail |= {"attendeeId": attendee, "externalUserId": "anna", "networkType": "Voip"}
    envelope = {"version": "0", "source": "aws.chime", "account": "123456789012", "region": "us-east-1"}
    envelope |= {"detail-type": "Chime Meeting State Change", "time": "2026-07-25T10:00:00Z", "detail": detail}
    return {
        "messageId": f"059f36b4-87a3-44ab-83d2-66197583{number:04}",
        "receiptHandle": "handle",
        "body": json.dumps(envelope),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1785000000000"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:meeting-events",
        "awsRegion": "us-east-1",
    }


def granted(keys: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Returns each action with each beginning of the keys for which a role has it."""
    return {(action, key.removesuffix("*")) for action, of_action in keys.items() for key in of_action}


def used(calls: list[Call]) -> set[tuple[str, str]]:
    """Returns each action with each beginning of the keys for which it was sent."""
    return {
        (call.action, key.partition("#")[0] + "#") for call in calls for key in call.context["dynamodb:LeadingKeys"]
    }


@pytest.mark.parametrize("role", KEYS)
def test_a_role_allows_what_its_function_asks(stack, asked, role):
    assert [call for call in asked[role] if not allows(stack, role, call)] == []


@pytest.mark.parametrize("role", KEYS)
def test_a_function_uses_everything_that_its_role_allows(asked, role):
    assert used(asked[role]) == granted(KEYS[role])


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("GetItem", {"Key": {"pk": {"S": "room#1"}, "sk": {"S": "room"}}}, {("dynamodb:GetItem", "room#")}),
        ("PutItem", {"Item": {"pk": {"S": "room#1"}}}, {("dynamodb:PutItem", "room#")}),
        (
            "Query",
            {"ExpressionAttributeValues": {":pk": {"S": "tenant-slots#acme"}}},
            {("dynamodb:Query", "tenant-slots#")},
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Update": {"Key": {"pk": {"S": "room#1"}}}},
                    {"Update": {"Key": {"pk": {"S": "meeting#1"}}}},
                    {"ConditionCheck": {"Key": {"pk": {"S": "usage#1"}}}},
                ]
            },
            {
                ("dynamodb:UpdateItem", "room#"),
                ("dynamodb:UpdateItem", "meeting#"),
                ("dynamodb:ConditionCheckItem", "usage#"),
            },
        ),
    ],
)
def test_reads_a_request_as_iam_does(name, body, expected):
    assert used(calls_of(name, body, TABLE_ARN)) == expected
