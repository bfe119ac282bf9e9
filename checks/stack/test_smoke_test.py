"""The smoke test against stand-ins for the AWS CLI and the endpoint."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import botocore.session
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MEETING = "eb81e378-37db-4b5a-8e57-88904f2c1152"

AWS = """#!{python}
import json, os, sys
words = sys.argv[1:]
with open(os.environ["CALLS"], "a") as calls: calls.write(" ".join(words) + "\\n")
if "describe-stacks" in words:
    outputs = {{"ApiUrl": os.environ["URL"], "MeetingEventsQueueUrl": "https://sqs/q"}}
    parameters = json.loads(os.environ["PARAMETERS"])
    print(json.dumps({{"Stacks": [{{
        "Outputs": [{{"OutputKey": k, "OutputValue": v}} for k, v in outputs.items()],
        "Parameters": [{{"ParameterKey": k, "ParameterValue": v}} for k, v in parameters.items()],
    }}]}}))
elif "cognito-idp" in words:
    answers = json.loads(os.environ["COGNITO"])
    operation = words[words.index("cognito-idp") + 1]
    key = words[words.index("--client-id") + 1] if "--client-id" in words else operation
    if key not in answers: sys.exit("An error occurred (AccessDeniedException) when calling " + operation)
    print(json.dumps(answers[key]))
elif "receive-message" in words:
    print(os.environ["MESSAGES"])
"""


class Endpoint(BaseHTTPRequestHandler):
    # Statuses by operation, and whether the answer to a join has a JoinToken.
    statuses: ClassVar[dict[str, int]] = {}
    has_join_token = True
    expected: ClassVar[dict[str, int]] = {"create": 201, "get": 200, "join": 201, "missing": 404, "end": 204}

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"] or 0))
        self.answer("join" if self.path.endswith("/join") else "create")

    def do_GET(self):
        self.answer("get" if self.path.endswith(MEETING) else "missing")

    def do_DELETE(self):
        self.answer("end")

    def answer(self, operation: str):
        status = self.statuses.get(operation, self.expected[operation])
        if not status:
            # Ends the connection without an answer.
            self.close_connection = True
            return
        token = {"JoinToken": "secret-token"} if self.has_join_token else {}
        body = {"Meeting": {"MeetingId": MEETING}, "Attendee": {"AttendeeId": "a", **token}}
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


# The stack's parameters, unless a test sets others.
PARAMETERS = {
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


def smoke(
    folder: Path,
    messages: list[dict],
    *,
    endpoint: dict | None = None,
    parameters: dict | None = None,
    cognito: dict | None = None,
    options: tuple = (),
) -> tuple[subprocess.CompletedProcess, str]:
    """Runs the smoke test; returns its result and the calls of the AWS CLI."""
    (folder / "aws").write_text(AWS.format(python=sys.executable))
    (folder / "aws").chmod(0o755)
    server = HTTPServer(("127.0.0.1", 0), type("Answering", (Endpoint,), endpoint or {}))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    environment = os.environ | {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "URL": f"http://127.0.0.1:{server.server_address[1]}",
        "CALLS": str(folder / "calls"),
        "MESSAGES": json.dumps({"Messages": messages}),
        "PARAMETERS": json.dumps(PARAMETERS | (parameters or {})),
        "COGNITO": json.dumps(cognito or {}),
        "TOKEN": "a-users-token",
    }
    command = [sys.executable, REPOSITORY / "smoke-test", "meeting-gateway", "--region", "us-east-1", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    server.shutdown()
    return done, (folder / "calls").read_text()


def test_passes_when_an_event_of_its_meeting_arrives(tmp_path):
    done, calls = smoke(tmp_path, [message("another"), message(MEETING)])
    assert done.returncode == 0, done.stderr
    assert "chime:MeetingEnded" in done.stdout
    assert "joined" in done.stdout
    assert "secret-token" not in done.stdout + done.stderr
    assert "delete-meeting" not in calls, "the endpoint has ended it"
    assert calls.count("delete-message") == 1, "deletes only its own message"


@pytest.mark.parametrize(
    ("endpoint", "passes", "said"),
    [
        ({"statuses": {"end": 403}}, True, "the user may not end the meeting: no end"),
        # As when the role may not call DeleteMeeting.
        ({"statuses": {"end": 500}}, False, "ending the meeting: the endpoint answered 500: no end"),
        ({"statuses": {"end": 0}}, False, "ending the meeting: the endpoint answered 0: Remote end closed connection"),
        ({"statuses": {"join": 0}}, False, "joining the meeting: the endpoint answered 0"),
        ({"statuses": {"end": 404}}, False, "ending the meeting: the endpoint answered 404: no end"),
        ({"statuses": {"join": 403}}, True, "the user may not join: no join"),
        ({"statuses": {"join": 500}}, False, "joining the meeting: the endpoint answered 500"),
        ({"has_join_token": False}, False, "joining the meeting: the endpoint answered 201"),
        ({"statuses": {"get": 404}}, False, "getting the meeting: the endpoint answered 404"),
        ({"statuses": {"missing": 200}}, False, "a meeting that does not exist: the endpoint answered 200, not 404"),
        ({"statuses": {"missing": 403}}, False, "a meeting that does not exist: the endpoint answered 403, not 404"),
    ],
)
def test_checks_every_step_of_a_meeting(tmp_path, endpoint, passes, said):
    done, calls = smoke(tmp_path, [message(MEETING)], endpoint=endpoint)
    assert (done.returncode == 0) == passes, done.stderr
    assert said in (done.stdout if passes else done.stderr)
    assert ("delete-meeting" in calls) == ("end" in endpoint.get("statuses", {}))


@pytest.mark.parametrize("messages", [[], [message("another")]])
def test_fails_when_no_event_arrives_and_says_where_to_look(tmp_path, messages):
    done, calls = smoke(tmp_path, messages)
    assert done.returncode == 1
    assert "principal" in done.stderr
    assert calls.count("receive-message") < 5, "does not move other meetings' messages into the dead-letter queue"
    assert "delete-message" not in calls


def test_fails_with_the_endpoints_message_when_no_meeting_is_created(tmp_path):
    done, _ = smoke(tmp_path, [], endpoint={"statuses": {"create": 403}})
    assert done.returncode == 1
    assert "403" in done.stderr and "ForbiddenException" in done.stderr


# ---- a Cognito user pool

POOL = "eu-central-1_EXAMPLE"
# A pool may be in another region than the stack.
PLAIN_COGNITO = {"JwtIssuer": f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL}", "TokenUse": "id"}


def user_pool(
    tenant: dict | None = None, triggers: dict | None = None, read: list[str] | None = None, **clients: list[str] | None
) -> dict:
    """The AWS CLI's answers for a pool whose app clients have these WriteAttributes, and `read` as ReadAttributes."""
    attributes = [
        {"Name": "sub", "Mutable": False, "DeveloperOnlyAttribute": False},
        {"Name": "email", "Mutable": True, "DeveloperOnlyAttribute": False},
        {"Name": "custom:tenant_id", "Mutable": False, "DeveloperOnlyAttribute": False} | (tenant or {}),
    ]
    described = {}
    for name, written in clients.items():
        # The AWS CLI leaves out a list that is not set.
        lists = {"WriteAttributes": written, "ReadAttributes": read}
        client = {"ClientId": name, "ClientName": f"the {name} app"} | {
            key: value for key, value in lists.items() if value
        }
        described[name] = {"UserPoolClient": client}
    return described | {
        "describe-user-pool": {
            "UserPool": {"Id": POOL, "SchemaAttributes": attributes, "LambdaConfig": triggers or {}}
        },
        "list-user-pool-clients": {"UserPoolClients": [{"ClientId": name} for name in clients]},
    }


def trigger(version: str) -> dict:
    return {
        "PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": "arn:aws:lambda:eu-central-1:1:function:t"}
    }


ARRIVED = [message(MEETING)]

GOOD_POOLS = {
    "no client writes the tenant": (user_pool(web=["email"], admin=["email", "name"]), {}),
    "a mutable tenant that no client writes": (user_pool({"Mutable": True}, web=["email"]), {}),
    "an attribute that only administrators write": (
        user_pool({"Name": "dev:tenant", "DeveloperOnlyAttribute": True}, web=None),
        {"TenantClaim": "dev:tenant"},
    ),
    "a trigger that adds the tenant to access tokens": (
        user_pool(triggers=trigger("V2_0"), web=["email"]),
        {"TokenUse": "access"},
    ),
    "a tenant that only a trigger sets": (
        user_pool(triggers=trigger("V1_0"), web=["email"]),
        {"TenantClaim": "tenant"},
    ),
    "the tenant by a pointer": (user_pool(web=["email"]), {"TenantClaim": "/custom:tenant_id"}),
    "ID tokens that hold the tenant": (user_pool(read=["custom:tenant_id"], web=["email"]), {}),
    "a tenant that is unreadable, and a trigger that can add it": (
        user_pool(triggers=trigger("V1_0"), read=["email"], web=["email"]),
        {},
    ),
    "a tenant that is unreadable, and access tokens": (
        user_pool(triggers=trigger("V2_0"), read=["email"], web=["email"]),
        {"TokenUse": "access"},
    ),
    "TokenUse=access in authorizer mode": (
        user_pool(web=["email"]),
        {"TokenUse": "access", "AuthMode": "authorizer"},
    ),
    "TokenUse=id with scopes in authorizer mode": (
        user_pool(read=["email"], web=["email"]),
        {"TokenUse": "id", "JwtScopes": "meetings/create", "AuthMode": "authorizer"},
    ),
}


@pytest.mark.parametrize("case", GOOD_POOLS)
def test_passes_for_a_user_pool_without_a_fault(tmp_path, case):
    pool, parameters = GOOD_POOLS[case]
    done, calls = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | parameters, cognito=pool)
    assert done.returncode == 0, done.stderr
    assert f"checked  the user pool {POOL}" in done.stdout
    pool_calls = [call for call in calls.splitlines() if "cognito-idp" in call]
    assert all(call.startswith("--region eu-central-1 ") for call in pool_calls), "calls the pool's region"


FAULTY_POOLS = {
    "the tenant is writable": (
        user_pool(web=["email", "custom:tenant_id"]),
        {},
        "app client web (the web app): users can set",
    ),
    "the tenant is writable through another client of the pool": (
        user_pool(web=["email"], legacy=["custom:tenant_id"]),
        {},
        "app client legacy (the legacy app): users can set their `custom:tenant_id` (TenantClaim)",
    ),
    "no WriteAttributes": (
        user_pool(web=None),
        {},
        "app client web (the web app): WriteAttributes is not set",
    ),
    "an immutable tenant that users choose at sign-up": (
        user_pool({"Mutable": False}, web=["custom:tenant_id"]),
        {},
        "users can set their `custom:tenant_id`",
    ),
    "the tenant is writable, by a pointer": (
        user_pool(web=["custom:tenant_id"]),
        {"TenantClaim": "/custom:tenant_id"},
        "users can set their `custom:tenant_id`",
    ),
    "the subject is writable": (
        user_pool(web=["email"]),
        {"SubjectClaim": "email"},
        "users can set their `email` (SubjectClaim)",
    ),
    "no such attribute": (
        user_pool({"Name": "custom:organisation"}, web=["email"]),
        {},
        "no token has the claim `custom:tenant_id`",
    ),
    "access tokens without a trigger": (user_pool(web=["email"]), {"TokenUse": "access"}, "deploy with TokenUse=id"),
    "access tokens with a trigger that cannot change them": (
        user_pool(triggers=trigger("V1_0"), web=["email"]),
        {"TokenUse": "access"},
        "version V2_0 or later",
    ),
    "scopes required of ID tokens": (
        user_pool(web=["email"]),
        {"JwtScopes": "meetings/create"},
        "ID tokens have no scopes",
    ),
    "an audience that is not an app client": (user_pool(mobile=["email"]), {}, "names unknown app clients: web"),
    "ID tokens without the tenant": (
        user_pool(read=["email"], web=["email"]),
        {},
        "app client web (the web app): its ID tokens do not have `custom:tenant_id` (TenantClaim)",
    ),
    "no such attribute, in authorizer mode": (
        user_pool({"Name": "custom:organisation"}, web=["email"]),
        {"AuthMode": "authorizer"},
        "no token has the claim `custom:tenant_id`",
    ),
}


@pytest.mark.parametrize("case", FAULTY_POOLS)
def test_fails_for_a_user_pool_with_a_fault_although_events_arrive(tmp_path, case):
    pool, parameters, message = FAULTY_POOLS[case]
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | parameters, cognito=pool)
    assert done.returncode == 1
    assert message in done.stderr
    assert "chime:MeetingEnded" in done.stdout, "runs the other checks too"


def test_names_every_fault_of_a_user_pool(tmp_path):
    pool = user_pool(web=["custom:tenant_id"], legacy=None)
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | {"JwtScopes": "meetings/create"}, cognito=pool)
    assert done.stderr.count("FAULT") == 3, done.stderr


def test_notes_an_app_client_without_read_attributes(tmp_path):
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO, cognito=user_pool(web=["email"]))
    assert done.returncode == 0, done.stderr
    assert "app client web (the web app): ReadAttributes is not set; set it, with `custom:tenant_id`" in done.stdout


def test_ignores_read_attributes_of_an_app_client_outside_the_audience(tmp_path):
    pool = user_pool(read=["email"], mobile=["email"], web=["email"])
    pool["web"]["UserPoolClient"]["ReadAttributes"] = ["custom:tenant_id"]
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO, cognito=pool)
    assert done.returncode == 0, done.stderr


def test_checks_a_user_pool_in_china(tmp_path):
    issuer = "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_EXAMPLE"
    parameters = PLAIN_COGNITO | {"JwtIssuer": issuer}
    done, calls = smoke(tmp_path, ARRIVED, parameters=parameters, cognito=user_pool(web=["custom:tenant_id"]))
    assert "users can set their `custom:tenant_id`" in done.stderr
    assert "--region cn-north-1 --output json cognito-idp describe-user-pool --user-pool-id cn-north-1_EXAMPLE" in calls


@pytest.mark.parametrize(
    "issuer",
    [
        "https://issuer.example.com",
        "https://issuer.example.com/https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE",
        "https://cognito-idp.eu-central-1.amazonaws.com.example.com/eu-central-1_EXAMPLE",
    ],
)
def test_skips_another_identity_provider_and_says_so(tmp_path, issuer):
    done, calls = smoke(tmp_path, ARRIVED, parameters={"JwtIssuer": issuer})
    assert done.returncode == 0, done.stderr
    assert f"skipped  the check of the user pool: {issuer} is not a Cognito user pool" in done.stdout
    assert "cognito-idp" not in calls.replace(issuer, "")


def test_fails_for_an_unreadable_user_pool_unless_it_is_skipped(tmp_path):
    done, calls = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO)
    assert done.returncode == 1
    assert "AccessDeniedException" in done.stderr and "--skip-cognito" in done.stderr
    assert "delete-meeting" not in calls
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO, options=("--skip-cognito",))
    assert done.returncode == 0, done.stderr
    assert "skipped" in done.stdout


def test_the_stand_in_answers_with_members_of_botocores_model():
    """The AWS CLI prints botocore's answers, so its model has every member that the smoke test reads."""
    model = botocore.session.get_session().get_service_model("cognito-idp")
    pool = user_pool(triggers=trigger("V2_0"), read=["email"], web=["email"])
    answers = {
        "DescribeUserPool": pool["describe-user-pool"],
        "ListUserPoolClients": pool["list-user-pool-clients"],
        "DescribeUserPoolClient": pool["web"],
    }
    for operation, answer in answers.items():
        assert unknown_members(answer, model.operation_model(operation).output_shape) == [], operation


def unknown_members(value, shape) -> list[str]:
    if isinstance(value, dict):
        unknown = [name for name in value if name not in shape.members]
        return unknown + [
            u for n, v in value.items() if n in shape.members for u in unknown_members(v, shape.members[n])
        ]
    if isinstance(value, list):
        return [unknown for item in value for unknown in unknown_members(item, shape.member)]
    return []
