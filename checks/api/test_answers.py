"""The running gateway answers as openapi.yaml says, and each of its errors is the example in it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from description import DOCUMENT, examples_of_errors, operations
from jsonschema import Draft202012Validator

HERE = Path(__file__).parent
HOST, MEMBER, STRANGER = (
    {"tenant": "acme", "groups": "hosts", "sub": "anna"},
    {"tenant": "acme", "groups": "members", "sub": "bob"},
    {"tenant": "nobody", "groups": "hosts", "sub": "eve"},
)
NO_MEETING = "/meetings/eb81e378-37db-4b5a-8e57-88904f2c1152"
STANDUP = {"ExternalMeetingId": "standup"}


def test_thousands_of_generated_requests_get_only_answers_of_the_document(local, document, tmp_path):
    """Leaves its folder with what Schemathesis keeps for a replay, below pytest's own."""
    local.reset()
    answered = tmp_path / "answered.json"
    token = local.token(**HOST)
    variables = {
        "GATEWAY": local.url,
        "TOKEN": token,
        "ANSWERED": str(answered),
        "SCHEMATHESIS_HOOKS": "living_meetings",
        "PYTHONPATH": str(HERE),
    }
    program = Path(sys.executable).with_name("st")
    command = [program, "--config-file", HERE / "schemathesis.toml", "run", DOCUMENT, "--url", local.url]
    command += ["--header", f"Authorization: Bearer {token}", "--no-color"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

    counts = {(name, status): count for name, status, count in json.loads(answered.read_text())}
    assert sum(counts.values()) > 1_500
    for entry in operations(document).values():
        for row in entry["x-operations"]:
            # Most requests are about a meeting that goes on: otherwise the answers would show little of the document.
            assert counts.get((row["name"], row["success"]), 0) >= 15, (row["name"], counts)
    assert {status for _, status in counts} >= {200, 201, 204, 400, 401, 403, 404, 405, 415}


class Gateway:
    """Sends requests to the gateway, and faults to the simulator behind it."""

    def __init__(self, local):
        self.local = local
        local.reset()

    def answer(self, method: str, path: str, body=None, caller=None, **headers: str) -> tuple[int, dict, bytes]:
        """Returns status, headers by lower-case name, and body. A body that is not bytes is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers = {"Content_Type": "application/json"} | headers
        if caller:
            headers["Authorization"] = f"Bearer {self.local.token(**caller)}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.local.url}{path}", data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()

    def create(self, body=None, caller=HOST, **headers: str) -> tuple[int, dict, bytes]:
        """Answers a CreateMeeting."""
        return self.answer("POST", "/meetings", STANDUP if body is None else body, caller, **headers)

    def create_with_fault(self, name: str, times: int = 1) -> tuple[int, dict, bytes]:
        """Answers a CreateMeeting during which Chime fails."""
        body = json.dumps({"fault": name, "times": times}).encode()
        armed = urllib.request.Request(f"{self.local.chime_url}/simulator/faults", data=body, method="POST")
        with urllib.request.urlopen(armed, timeout=40) as answer:
            assert answer.status == 204
        return self.create()

    def open_a_room_during_a_conflict(self) -> tuple[int, dict, bytes]:
        """Answers a JoinRoom during which Chime has a conflict."""
        self.local.arm(fault="ConflictException", times=10, operation="CreateMeeting")
        return self.answer("POST", "/rooms/conflict/join", caller=HOST)

    def create_twice_with_one_key(self) -> tuple[int, dict, bytes]:
        """Answers a CreateMeeting whose idempotency key a meeting with another region has."""
        self.create(STANDUP | {"ClientRequestToken": "key-1"})
        body = json.dumps({"fault": "OtherMeeting", "members": {"MediaRegion": "us-west-2"}}).encode()
        armed = urllib.request.Request(f"{self.local.chime_url}/simulator/faults", data=body, method="POST")
        with urllib.request.urlopen(armed, timeout=40) as answer:
            assert answer.status == 204
        return self.create(STANDUP | {"ClientRequestToken": "key-1"})

    def join_a_full_meeting(self) -> tuple[int, dict, bytes]:
        """Answers a Join of a meeting for one, which has one."""
        body = STANDUP | {"MeetingFeatures": {"Attendee": {"MaxCount": 1}}, "Attendees": [{}]}
        status, _, made = self.answer("POST", "/meetings?operation=create-attendees", body, HOST)
        assert status == 201, made
        return self.answer("POST", f"/meetings/{json.loads(made)['Meeting']['MeetingId']}/join", caller=HOST)

    def exceed_a_limit(self, tenant: str, people: list[str]) -> tuple[int, dict, bytes]:
        """Answers the last of these people's CreateMeetings, which is one more than the tenant's limit."""
        *before, last = ({"tenant": tenant, "groups": "hosts", "sub": person} for person in people)
        for person in before:
            status, _, made = self.create(caller=person)
            assert status == 201, made
        return self.create(caller=last)


# What brings about each example of an error in the document.
ERRORS = {
    ("BadRequest", "members"): lambda g: g.create({"MeetingFeatures": {"Video": {"MaxResolution": "4K"}}}),
    ("BadRequest", "not-json"): lambda g: g.create(b"?"),
    ("BadRequest", "two-keys"): lambda g: g.create(STANDUP | {"ClientRequestToken": "one"}, Idempotency_Key="two"),
    ("BadRequest", "page"): lambda g: g.answer("GET", f"{NO_MEETING}/attendees?max-results=0", caller=HOST),
    ("BadRequest", "refused-by-chime"): lambda g: g.create_with_fault("BadRequestException"),
    ("Unauthorized", "no-token"): lambda g: g.create(caller=None),
    ("Forbidden", "right"): lambda g: g.create(caller=MEMBER),
    ("Forbidden", "policy"): lambda g: g.create(STANDUP | {"MediaRegion": "ap-south-1"}),
    ("Forbidden", "gateways-own"): lambda g: g.create(STANDUP | {"TenantIds": ["globex"]}),
    ("Forbidden", "tenant"): lambda g: g.create(caller=STRANGER),
    ("NotFound", "meeting"): lambda g: g.answer("GET", NO_MEETING, caller=HOST),
    ("NotFound", "room"): lambda g: g.answer("POST", "/rooms/nobody-opened-this/join", caller=MEMBER),
    ("NotFound", "route"): lambda g: g.answer("POST", "/meetings?operation=none", STANDUP, HOST),
    ("NotFound", "api-gateway"): lambda g: g.answer("PATCH", "/meetings", STANDUP, HOST),
    ("MethodNotAllowed", "method"): lambda g: g.answer("PUT", f"{NO_MEETING}/attendees/capabilities", {}, HOST),
    ("Conflict", "in-progress"): lambda g: g.create_with_fault("ConflictException", times=10),
    ("Conflict", "other-members"): lambda g: g.create_twice_with_one_key(),
    ("ContentTooLarge", "body"): lambda g: g.create(b" " * 70_000),
    ("ContentTooLarge", "api-gateway"): lambda g: g.create(b" " * (10 * 1024 * 1024 + 1)),
    ("UnsupportedMediaType", "not-json"): lambda g: g.create(b"{}", Content_Type="text/plain"),
    ("TooManyRequests", "throttled"): lambda g: g.create_with_fault("ThrottlingException", times=10),
    ("TooManyRequests", "quota-full"): lambda g: g.create_with_fault("LimitExceededException"),
    ("TooManyRequests", "meeting-full"): lambda g: g.join_a_full_meeting(),
    ("TooManyRequests", "tenant-limit"): lambda g: g.exceed_a_limit("two-meetings", ["anna", "bob", "carl"]),
    ("TooManyRequests", "caller-limit"): lambda g: g.exceed_a_limit("one-each", ["anna", "anna"]),
    ("InternalServerError", "internal"): lambda g: g.create_with_fault("ForbiddenException"),
    ("ServiceUnavailable", "room"): lambda g: g.open_a_room_during_a_conflict(),
    ("BadGateway", "chime"): lambda g: g.create_with_fault("ServiceFailureException", times=10),
    ("ServiceUnavailable", "chime"): lambda g: g.create_with_fault("ServiceUnavailableException", times=10),
}
# They need half a minute, an issuer without keys, a registry that is down, a policy that changes, or API Gateway
# itself. `tests/wire` has all but the last.
NOT_BROUGHT_ABOUT = {
    ("GatewayTimeout", "chime"),
    ("ServiceUnavailable", "keys"),
    ("ServiceUnavailable", "registry"),
    ("Conflict", "room"),
    ("Unauthorized", "api-gateway"),
    ("Forbidden", "api-gateway"),
    ("TooManyRequests", "api-gateway"),
    ("InternalServerError", "api-gateway"),
    ("ServiceUnavailable", "api-gateway"),
}


def test_each_example_of_an_error_is_brought_about_or_says_why_not(document):
    assert ERRORS.keys() | NOT_BROUGHT_ABOUT == examples_of_errors(document).keys()
    assert not ERRORS.keys() & NOT_BROUGHT_ABOUT


@pytest.mark.parametrize(("answer", "example"), ERRORS)
def test_the_gateway_answers_as_in_the_example(local, document, answer, example):
    status, headers, body = ERRORS[answer, example](Gateway(local))
    kind, expected = examples_of_errors(document)[answer, example]
    body = json.loads(body)
    assert headers["content-type"] == kind
    ids = {name: headers["x-amzn-requestid"] for name in ("instance", "RequestId") if name in expected}
    assert body == expected | ids
    if "status" in expected:
        assert status == expected["status"]

    described = document["components"]["responses"][answer]["headers"]
    needed = {"apigw-requestid"}
    if kind == "application/problem+json":
        needed |= {"x-amzn-errortype", "x-amzn-requestid", "cache-control"}
        needed |= {name.lower() for name in described if name in ("Allow", "Retry-After", "x-amz-retry-after")}
        if answer == "Unauthorized":
            needed.add("www-authenticate")
    assert needed <= headers.keys() & {name.lower() for name in described}
    for name, reference in described.items():
        schema = document["components"]["headers"][reference["$ref"].rpartition("/")[2]]["schema"]
        if (value := headers.get(name.lower())) is not None:
            value = int(value) if schema.get("type") == "integer" else value
            assert Draft202012Validator(schema).is_valid(value), name
    local.reset()
