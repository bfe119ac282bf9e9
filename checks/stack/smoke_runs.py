"""Running the smoke test against stand-ins for the AWS CLI and the endpoint."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

from smoke.stack import MAPPING

REPOSITORY = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).resolve().parent / "stand_in_aws.py"
MEETING = "eb81e378-37db-4b5a-8e57-88904f2c1152"

STACK = "meeting-gateway"
ACCOUNT = "arn:aws:{service}:us-east-1:123456789012:{resource}"
QUEUE_ARN = ACCOUNT.format(service="sqs", resource="meeting-events-1")
ALIAS_ARN = ACCOUNT.format(service="lambda", resource="function:meeting-gateway-Notifications-1:live")


class Endpoint(BaseHTTPRequestHandler):
    # Statuses by operation, other meetings by operation, and whether the answer to a join has a JoinToken.
    statuses: ClassVar[dict[str, int]] = {}
    meetings: ClassVar[dict[str, str]] = {}
    has_join_token = True
    expected: ClassVar[dict[str, int]] = {
        "create": 201,
        "get": 200,
        "join": 201,
        "missing": 404,
        "end": 204,
        "open": 201,
        "join-room": 201,
        "get-room": 200,
        "end-room": 204,
        "get-ended-room": 404,
    }
    # What has been asked of the room. A test has a class of its own.
    of_room: ClassVar[list[str]] = []

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"] or 0))
        if self.path.startswith("/rooms/"):
            self.answer("join-room" if "open" in self.of_room else "open")
        else:
            self.answer("join" if self.path.endswith("/join") else "create")

    def do_GET(self):
        if self.path.startswith("/rooms/"):
            self.answer("get-ended-room" if "end-room" in self.of_room else "get-room")
        else:
            self.answer("get" if self.path.endswith(MEETING) else "missing")

    def do_DELETE(self):
        self.answer("end-room" if self.path.startswith("/rooms/") else "end")

    def answer(self, operation: str):
        self.of_room.append(operation)
        status = self.statuses.get(operation, self.expected[operation])
        if not status:
            # Ends the connection without an answer.
            self.close_connection = True
            return
        token = {"JoinToken": "secret-token"} if self.has_join_token else {}
        body = {
            "Meeting": {"MeetingId": self.meetings.get(operation, MEETING)},
            "Attendee": {"AttendeeId": "a", **token},
        }
        if status >= 400:
            body = {"Code": "ForbiddenException", "Message": f"no {operation}"}
        self.send_response(status)
        self.end_headers()
        if status != 204:
            self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


def message(meeting: str) -> dict:
    body = {"source": "aws.chime", "detail": {"eventType": "chime:MeetingEnded", "meetingId": meeting}}
    return {"Body": json.dumps(body), "ReceiptHandle": "handle"}


# The stack's parameters, unless a test sets others. Another consumer reads the queue, so that the test looks there.
PARAMETERS = {
    "QueueIsConsumed": "true",
    "Registry": "true",
    "RegistryRecovery": "false",
    "RegistryRetained": "false",
    "EventBusName": "",
    "AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:pager",
    "JwtIssuer": "https://issuer.example.com",
    "JwtAudience": "web",
    "JwtScopes": "",
    "TokenUse": "access",
    "AuthMode": "bearer",
    "TenantClaim": "custom:tenant_id",
    "ScopeClaim": "scope",
    "GroupsClaim": "cognito:groups",
    "SubjectClaim": "sub",
}
OUTPUTS = {
    "MeetingEventsQueueUrl": "https://sqs/q",
    "MeetingEventsQueueArn": QUEUE_ARN,
    "NotificationsFunctionName": "meeting-gateway-Notifications-1",
    "NotificationsLogGroup": "/aws/lambda/meeting-gateway/meeting-gateway/notifications",
    "RegistryTableName": "meeting-gateway-RegistryTable-1",
}
RESOURCES = {
    "GatewayRole": ("AWS::IAM::Role", "meeting-gateway-GatewayRole-1"),
    "NotificationsRole": ("AWS::IAM::Role", "meeting-gateway-NotificationsRole-1"),
    "QuotaFullAlarm": ("AWS::CloudWatch::Alarm", "meeting-gateway-QuotaFullAlarm-1"),
    "QueueAgeAlarm": ("AWS::CloudWatch::Alarm", "meeting-gateway-QueueAgeAlarm-1"),
}


def alarm(name: str, state: str = "OK") -> dict:
    """One alarm in the answer of `describe-alarms`."""
    return {
        "AlarmName": f"meeting-gateway-{name}-1",
        "AlarmDescription": f"Something. See docs/operate.md#{name.lower()}",
        "StateValue": state,
        "StateReason": "one datapoint was 1",
    }


def stack_description(url: str, parameters: dict) -> dict:
    outputs = OUTPUTS | {"ApiUrl": url}
    return {
        "Stacks": [
            {
                "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
                "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
            }
        ]
    }


STACK_RESOURCES = {
    "StackResourceSummaries": [
        {"LogicalResourceId": name, "ResourceType": kind, "PhysicalResourceId": physical}
        for name, (kind, physical) in RESOURCES.items()
    ]
}
# A stack whose own function reads the queue.
READS = {"QueueIsConsumed": "false"}
MAPPED = {"UUID": "u", "EventSourceArn": QUEUE_ARN, "FunctionArn": ALIAS_ARN, **MAPPING}
ANOTHERS = MAPPED | {"FunctionArn": ACCOUNT.format(service="lambda", resource="function:another")}


def mapped(*mappings: dict) -> dict:
    return {"list-event-source-mappings": {"EventSourceMappings": list(mappings)}}


def logged(*lines: dict) -> dict:
    return {"filter-log-events": {"events": [{"message": json.dumps(line)} for line in lines]}}


HANDLED = {
    "message": "event handled",
    "event_type": "chime:MeetingEnded",
    "meeting_id": MEETING,
    "tenant": "acme",
    "Events": 1,
}
ON_THE_BUS = HANDLED | {"event_bus_id": "11710aed-b79e-4468-a20b-bb3c0c3b4860"}
FAILED = {"message": "event failed", "cause": "the bus is out of order", "meeting_id": MEETING, "EventsFailed": 1}
A_BUS = READS | {"EventBusName": "meetings"}
ARRIVED = [message(MEETING)]
TABLE = {
    "TableStatus": "ACTIVE",
    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
    "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS"},
    "DeletionProtectionEnabled": False,
}


def table(**different: object) -> dict:
    """What the AWS CLI says of the registry's table."""
    return {"describe-table": {"Table": TABLE | different}}


def expiry(status: str, attribute: str = "ttl") -> dict:
    """What it says of the deletion of expired items."""
    return {
        "describe-time-to-live": {"TimeToLiveDescription": {"TimeToLiveStatus": status, "AttributeName": attribute}}
    }


def backups(status: str) -> dict:
    """What it says of the table's backups."""
    recovery = {"PointInTimeRecoveryStatus": status}
    described = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    return {"describe-continuous-backups": {"ContinuousBackupsDescription": described}}


# The AWS CLI's answers for a stack without a fault.
GOOD_ANSWERS = {
    "list-stack-resources": STACK_RESOURCES,
    "list-event-source-mappings": {"EventSourceMappings": []},
    "get-metric-statistics": {"Datapoints": [{"Sum": 4.0, "Unit": "Count"}]},
    "describe-alarms": {"MetricAlarms": [alarm("QuotaFullAlarm"), alarm("QueueAgeAlarm")]},
    **(table() | expiry("ENABLED") | backups("DISABLED")),
}


def smoke(
    folder: Path,
    messages: list[dict],
    *,
    endpoint: dict | None = None,
    parameters: dict | None = None,
    answers: dict | None = None,
    options: tuple = (),
) -> tuple[subprocess.CompletedProcess, list[list[str]]]:
    """Runs the smoke test; returns its result and the calls of the AWS CLI, each as its words.

    `messages` are in the queue, `answers` are other answers of the AWS CLI, by operation; a text is an error.
    """
    (folder / "aws").write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{STAND_IN}" "$@"\n')
    (folder / "aws").chmod(0o755)
    server = HTTPServer(("127.0.0.1", 0), type("Answering", (Endpoint,), {"of_room": []} | (endpoint or {})))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    answers = GOOD_ANSWERS | {"receive-message": {"Messages": messages}} | (answers or {})
    answers["describe-stacks"] = stack_description(url, PARAMETERS | (parameters or {}))
    environment = os.environ | {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "ANSWERS": json.dumps(answers),
        "TOKEN": "a-users-token",
    }
    command = [sys.executable, REPOSITORY / "smoke-test", STACK, "--region", "us-east-1", "--wait", "0", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    server.shutdown()
    calls = [json.loads(line) for line in (folder / "calls").read_text().splitlines()]
    return done, calls


def count(calls: list[list[str]], operation: str) -> int:
    """Returns how often an operation of the AWS CLI was called."""
    return sum(operation in words for words in calls)
