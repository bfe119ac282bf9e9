"""The smoke test that a team runs after a deployment, against stand-ins for the AWS CLI and for the endpoint."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

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
    status = 201

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps({"Meeting": {"MeetingId": MEETING}, "Code": "ForbiddenException"}).encode()
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def message(meeting: str) -> dict:
    body = {"source": "aws.chime", "detail": {"eventType": "chime:MeetingEnded", "meetingId": meeting}}
    return {"Body": json.dumps(body), "ReceiptHandle": "handle"}


# What the template's parameters are, where nothing else is said.
PARAMETERS = {
    "JwtIssuer": "https://issuer.example.com",
    "JwtAudience": "web",
    "JwtScopes": "",
    "TokenUse": "access",
    "TenantClaim": "custom:tenant_id",
    "ScopeClaim": "scope",
    "GroupsClaim": "cognito:groups",
    "SubjectClaim": "sub",
}


def smoke(
    folder: Path,
    messages: list[dict],
    status: int = 201,
    parameters: dict | None = None,
    cognito: dict | None = None,
    options: tuple = (),
) -> tuple[subprocess.CompletedProcess, str]:
    (folder / "aws").write_text(AWS.format(python=sys.executable))
    (folder / "aws").chmod(0o755)
    server = HTTPServer(("127.0.0.1", 0), type("Answering", (Endpoint,), {"status": status}))
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


def test_it_passes_once_an_event_of_the_meeting_that_it_made_and_ended_has_arrived(tmp_path):
    done, calls = smoke(tmp_path, [message("another"), message(MEETING)])
    assert done.returncode == 0, done.stderr
    assert "chime:MeetingEnded" in done.stdout
    assert f"delete-meeting --meeting-id {MEETING}" in calls
    assert calls.count("delete-message") == 1, "only its own message is taken away"


@pytest.mark.parametrize("messages", [[], [message("another")]])
def test_it_fails_when_no_event_arrives_and_says_where_to_look(tmp_path, messages):
    done, calls = smoke(tmp_path, messages)
    assert done.returncode == 1
    assert "principal" in done.stderr
    assert calls.count("receive-message") < 5, "other meetings' messages are not driven into the dead-letter queue"
    assert "delete-message" not in calls


def test_it_fails_with_the_endpoints_own_words_when_no_meeting_is_made(tmp_path):
    done, _ = smoke(tmp_path, [], status=403)
    assert done.returncode == 1
    assert "403" in done.stderr and "ForbiddenException" in done.stderr


# ---- a Cognito user pool

POOL = "eu-central-1_EXAMPLE"
# Another region than the stack's, which a pool may be in.
PLAIN_COGNITO = {"JwtIssuer": f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL}", "TokenUse": "id"}


def user_pool(tenant: dict | None = None, triggers: dict | None = None, **clients: list[str] | None) -> dict:
    """What the AWS CLI says of a pool with these WriteAttributes, a list for each app client; None where it says none."""
    attributes = [
        {"Name": "sub", "Mutable": False, "DeveloperOnlyAttribute": False},
        {"Name": "email", "Mutable": True, "DeveloperOnlyAttribute": False},
        {"Name": "custom:tenant_id", "Mutable": False, "DeveloperOnlyAttribute": False} | (tenant or {}),
    ]
    described = {
        name: {"UserPoolClient": {"ClientId": name, "ClientName": f"the {name} app"} | ({"WriteAttributes": w} if w else {})}
        for name, w in clients.items()
    }
    return described | {
        "describe-user-pool": {"UserPool": {"Id": POOL, "SchemaAttributes": attributes, "LambdaConfig": triggers or {}}},
        "list-user-pool-clients": {"UserPoolClients": [{"ClientId": name} for name in clients]},
    }


def trigger(version: str) -> dict:
    return {"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": "arn:aws:lambda:eu-central-1:1:function:t"}}


ARRIVED = [message(MEETING)]

GOOD_POOLS = {
    "no client writes the tenant": (user_pool(web=["email"], admin=["email", "name"]), {}),
    "a mutable tenant that no client writes": (user_pool({"Mutable": True}, web=["email"]), {}),
    "an attribute of administrators alone": (
        user_pool({"Name": "dev:tenant", "DeveloperOnlyAttribute": True}, web=None),
        {"TenantClaim": "dev:tenant"},
    ),
    "access tokens that a trigger completes": (user_pool(triggers=trigger("V2_0"), web=["email"]), {"TokenUse": "access"}),
    "a tenant that a trigger alone makes": (user_pool(triggers=trigger("V1_0"), web=["email"]), {"TenantClaim": "tenant"}),
    "the tenant by a pointer": (user_pool(web=["email"]), {"TenantClaim": "/custom:tenant_id"}),
}


@pytest.mark.parametrize("case", GOOD_POOLS)
def test_a_user_pool_without_a_fault_passes(tmp_path, case):
    pool, parameters = GOOD_POOLS[case]
    done, calls = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | parameters, cognito=pool)
    assert done.returncode == 0, done.stderr
    assert f"checked  the user pool {POOL}" in done.stdout
    of_the_pool = [call for call in calls.splitlines() if "cognito-idp" in call]
    assert all(call.startswith("--region eu-central-1 ") for call in of_the_pool), "the pool's own region"


FAULTY_POOLS = {
    "the tenant is writable": (user_pool(web=["email", "custom:tenant_id"]), {}, "app client web (the web app): users can set"),
    "the tenant is writable through another client of the pool": (
        user_pool(web=["email"], legacy=["custom:tenant_id"]),
        {},
        "app client legacy (the legacy app): users can set their own `custom:tenant_id` (TenantClaim)",
    ),
    "what is writable is left to Cognito": (user_pool(web=None), {}, "app client web (the web app): WriteAttributes is not set"),
    "an immutable tenant that is chosen at sign-up": (
        user_pool({"Mutable": False}, web=["custom:tenant_id"]),
        {},
        "users can set their own `custom:tenant_id`",
    ),
    "the tenant is writable, by a pointer": (
        user_pool(web=["custom:tenant_id"]),
        {"TenantClaim": "/custom:tenant_id"},
        "users can set their own `custom:tenant_id`",
    ),
    "the subject is writable": (user_pool(web=["email"]), {"SubjectClaim": "email"}, "their own `email` (SubjectClaim)"),
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
    "scopes asked of ID tokens": (user_pool(web=["email"]), {"JwtScopes": "meetings/create"}, "ID tokens have no scopes"),
    "an audience that is no app client": (user_pool(mobile=["email"]), {}, "no app client of the pool: web"),
}


@pytest.mark.parametrize("case", FAULTY_POOLS)
def test_a_user_pool_with_a_fault_fails_the_test_though_events_arrive(tmp_path, case):
    pool, parameters, said = FAULTY_POOLS[case]
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | parameters, cognito=pool)
    assert done.returncode == 1
    assert said in done.stderr
    assert "chime:MeetingEnded" in done.stdout, "the rest is tested all the same"


def test_every_fault_of_a_user_pool_is_named(tmp_path):
    pool = user_pool(web=["custom:tenant_id"], legacy=None)
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | {"JwtScopes": "meetings/create"}, cognito=pool)
    assert done.stderr.count("FAULT") == 3, done.stderr


@pytest.mark.parametrize(
    "issuer",
    [
        "https://issuer.example.com",
        "https://issuer.example.com/https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE",
        "https://cognito-idp.eu-central-1.amazonaws.com.example.com/eu-central-1_EXAMPLE",
    ],
)
def test_another_identity_provider_is_skipped_with_a_line_that_says_so(tmp_path, issuer):
    done, calls = smoke(tmp_path, ARRIVED, parameters={"JwtIssuer": issuer})
    assert done.returncode == 0, done.stderr
    assert f"skipped  the check of the user pool: {issuer} is not a Cognito user pool" in done.stdout
    assert "cognito-idp" not in calls.replace(issuer, "")


def test_a_user_pool_that_cannot_be_read_fails_unless_it_is_left_out(tmp_path):
    done, calls = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO)
    assert done.returncode == 1
    assert "AccessDeniedException" in done.stderr and "--skip-cognito" in done.stderr
    assert "delete-meeting" not in calls
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO, options=("--skip-cognito",))
    assert done.returncode == 0, done.stderr
    assert "skipped" in done.stdout


def test_the_stand_in_answers_in_the_members_that_the_aws_cli_has():
    """botocore, which the AWS CLI prints what comes from, names every member that the stand-in and the smoke test use."""
    model = botocore.session.get_session().get_service_model("cognito-idp")
    pool = user_pool(triggers=trigger("V2_0"), web=["email"])
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
        return unknown + [u for n, v in value.items() if n in shape.members for u in unknown_members(v, shape.members[n])]
    if isinstance(value, list):
        return [unknown for item in value for unknown in unknown_members(item, shape.member)]
    return []
