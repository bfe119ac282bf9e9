"""The simulator's and the gateway's limits against Amazon's published model, over the wire and one by one."""

import http.client
import json
import re
import urllib.request

import botocore.exceptions
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from processes import LocalGateway, LocalServices, send
from published_model import (
    DOCUMENTED,
    MEDIA_REGIONS,
    SHAPES,
    TABLE,
    attendee_faults,
    documented_faults,
    faults,
    variations,
)

# The members that a caller of the gateway may send; only the gateway sends the others.
CALLERS_MEMBERS = [
    "ClientRequestToken",
    "ExternalMeetingId",
    "MediaRegion",
    "MeetingHostId",
    "PrimaryMeetingId",
    "MeetingFeatures",
    "Tags",
    "MediaPlacementNetworkType",
]
ALL_MEMBERS = [*CALLERS_MEMBERS, "NotificationsConfiguration", "TenantIds"]
# Members that botocore requires before it sends a request.
REQUIRED = {"ExternalMeetingId": "physics", "MediaRegion": "us-east-1"}
EVERYTHING = {"Audio": "SendReceive", "Video": "SendReceive", "Content": "SendReceive"}


@pytest.fixture(scope="module")
def local():
    """The simulator, the issuer and the local gateway."""
    with LocalGateway() as running:
        yield running


@pytest.fixture(scope="module")
def simulator():
    """The simulator alone, which asks for no tag."""
    with LocalServices() as running:
        yield running


class Connection:
    """One connection that sends requests unchecked."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)

    def create_meeting(self, request: dict, headers: dict) -> tuple[int, str]:
        """Sends CreateMeeting; returns the answer's status and text."""
        return self.send("POST", "/meetings", json.dumps(request), headers)

    def send(self, method: str, path: str, body: str, headers: dict) -> tuple[int, str]:
        """Sends a request; returns the answer's status and text."""
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def send_signed(self, url: str, method: str, path: str, request: dict | None) -> tuple[int, str]:
        """Sends a request to the simulator as botocore signs it; returns the answer's status and text."""
        body = "" if request is None else json.dumps(request)
        return self.send(method, path, body, signed_headers(f"{url}{path}", body, method))


def signed_headers(url: str, body: str, method: str = "POST") -> dict:
    """Returns the headers with which botocore signs a request to Chime."""
    signable = AWSRequest(method, url, headers={"Content-Type": "application/json"}, data=body)
    SigV4Auth(Credentials("AKIDEXAMPLE", "example"), "chime", "us-east-1").add_auth(signable)
    return dict(signable.headers)


def test_the_simulators_table_equals_botocores_model():
    table = json.loads(TABLE.read_text())
    del table["botocore"]
    assert table == DOCUMENTED


def compare(requests, expected_faults, send) -> tuple[int, int]:
    """Sends each request; counts requests and refusals. Fails when an answer contradicts `expected_faults`."""
    sent, refused, differing = 0, 0, []
    for name, request in requests:
        wrong = expected_faults(request)
        status, text = send(sent, request)
        sent += 1
        refused += status == 400
        if (status == 400) != bool(wrong):
            differing.append(f"{name}: answered {status}, the model finds {wrong or 'nothing'}: {text}")
    assert differing == []
    print(f"{sent} requests, {refused} of them refused")
    return sent, refused


def test_simulator_refuses_exactly_what_the_model_refuses(simulator):
    connection = Connection(simulator.simulator)
    token = "a-token"

    def expected_faults(request):
        documented = [] if request.get("MediaRegion") in MEDIA_REGIONS else ["no media region"]
        return faults(request) or documented_faults(request) or documented

    def send(number, request):
        if request.get("ClientRequestToken") == token:
            # A different request with the same token would be a conflict.
            request = request | {"ClientRequestToken": f"{token}-{number}"}
        status, text = connection.send_signed(simulator.chime_url, "POST", "/meetings", request)
        # 400 too, but not a rule of the model: the id is well-formed, and no meeting has it.
        if "names no meeting that exists" in text:
            return 404, text
        assert status in (201, 400), text
        return status, text

    base = {"ClientRequestToken": token, "MediaRegion": "us-east-1", "ExternalMeetingId": "physics"}
    sent, refused = compare(variations(base, ALL_MEMBERS), expected_faults, send)
    assert sent > 1_000 and 100 < refused < sent - 100


# An operation about attendees, the path below its meeting, a valid request, and how many variations it has at least.
ABOUT_ATTENDEES = [
    ("CreateAttendee", "/attendees", {"ExternalUserId": "ann"}, 150),
    ("BatchCreateAttendee", "/attendees?operation=batch-create", {"Attendees": [{"ExternalUserId": "ann"}]}, 150),
    ("UpdateAttendeeCapabilities", "/attendees/{AttendeeId}/capabilities", {"Capabilities": EVERYTHING}, 30),
    (
        "BatchUpdateAttendeeCapabilitiesExcept",
        "/attendees/capabilities?operation=batch-update-except",
        {
            "ExcludedAttendeeIds": [{"AttendeeId": "00000000-0000-4000-8000-000000000000"}],
            "Capabilities": EVERYTHING,
        },
        60,
    ),
]


@pytest.mark.parametrize(("operation", "path", "base", "least"), ABOUT_ATTENDEES)
def test_simulator_refuses_exactly_what_the_model_refuses_about_attendees(simulator, operation, path, base, least):
    connection = Connection(simulator.simulator)
    in_path = {"MeetingId": "00000000-0000-4000-8000-000000000000"}
    if "{AttendeeId}" in path:
        in_path |= {"AttendeeId": in_path["MeetingId"]}
    shape = f"{operation}Request"

    def expected_faults(request):
        return faults(in_path | request, shape) or attendee_faults(request)

    def send(number, request):
        # Each in a meeting of its own, so that none is ever full.
        with_one = {**REQUIRED, "ClientRequestToken": f"{operation}-{number}", "Attendees": [{"ExternalUserId": "joe"}]}
        status, made = connection.send_signed(
            simulator.chime_url, "POST", "/meetings?operation=create-attendees", with_one
        )
        assert status == 201, made
        made = json.loads(made)
        place = f"/meetings/{made['Meeting']['MeetingId']}" + path.replace(
            "{AttendeeId}", made["Attendees"][0]["AttendeeId"]
        )
        method = DOCUMENTED["operations"][operation]["method"]
        status, text = connection.send_signed(simulator.chime_url, method, place, request)
        assert status in (200, 201, 400), text
        return status, text

    requests = variations(base, [name for name in SHAPES[shape]["members"] if name not in in_path], shape)
    sent, refused = compare(requests, expected_faults, send)
    assert sent > least and 15 < refused < sent - 5


def test_simulator_refuses_exactly_what_the_model_refuses_of_a_meeting_with_attendees(simulator):
    connection = Connection(simulator.simulator)
    path = "/meetings?operation=create-attendees"

    def expected_faults(request):
        documented = [] if request.get("MediaRegion") in MEDIA_REGIONS else ["no media region"]
        broken = faults(request, "CreateMeetingWithAttendeesRequest")
        return broken or documented_faults(request) or attendee_faults(request) or documented

    def send(number, request):
        if request.get("ClientRequestToken") == "a-token":
            request = request | {"ClientRequestToken": f"with-attendees-{number}"}
        status, text = connection.send_signed(simulator.chime_url, "POST", path, request)
        if "names no meeting that exists" in text:
            return 404, text
        assert status in (201, 400), text
        return status, text

    base = {**REQUIRED, "ClientRequestToken": "a-token", "Attendees": [{"ExternalUserId": "ann"}]}
    requests = variations(base, [*ALL_MEMBERS, "Attendees"], "CreateMeetingWithAttendeesRequest")
    sent, refused = compare(requests, expected_faults, send)
    assert sent > 1_150 and 100 < refused < sent - 100


@pytest.mark.parametrize("value", ["-1", "0", "1", "50", "100", "101", "1.5", "1e1", "many", ""])
def test_simulator_refuses_exactly_the_page_sizes_that_the_model_refuses(simulator, value):
    connection = Connection(simulator.simulator)
    _, made = connection.send_signed(
        simulator.chime_url, "POST", "/meetings", REQUIRED | {"ClientRequestToken": "page"}
    )
    path = f"/meetings/{json.loads(made)['Meeting']['MeetingId']}/attendees?max-results={value}"
    status, text = connection.send_signed(simulator.chime_url, "GET", path, None)
    number = int(value) if re.fullmatch("-?[0-9]+", value) else value
    assert status == (400 if faults(number, "ResultMax") else 200), text


def test_gateway_answers_400_to_exactly_what_the_model_refuses(local):
    """The policy may refuse more, with 403."""
    connection = Connection(local.port)
    token = local.token(tenant="acme", groups="hosts")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    # Members that the gateway fills in.
    filled_in = {"ClientRequestToken": "any-token", "MediaRegion": "us-east-1"}

    def expected_faults(request):
        # The sample policy's default MaxCount is 25.
        return faults(filled_in | request) or documented_faults(request, default_count=25)

    base = {"ExternalMeetingId": "physics"}
    requests = variations(base, CALLERS_MEMBERS)
    sent, refused = compare(requests, expected_faults, lambda _, request: connection.create_meeting(request, headers))
    assert sent > 700 and 100 < refused < sent - 100


@pytest.mark.parametrize(("operation", "path", "base", "least"), ABOUT_ATTENDEES)
def test_gateway_answers_400_to_exactly_what_the_model_refuses_about_attendees(local, operation, path, base, least):
    """A host may name anybody, so the policy refuses nothing."""
    connection = Connection(local.port)
    token = local.token(tenant="acme", groups="hosts")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    in_path = {"MeetingId": "00000000-0000-4000-8000-000000000000"}
    if "{AttendeeId}" in path:
        in_path |= {"AttendeeId": in_path["MeetingId"]}
    shape = f"{operation}Request"

    def expected_faults(request):
        filled_in = in_path | request
        # Without a name the attendee is the caller's own.
        if operation == "CreateAttendee":
            filled_in = {"ExternalUserId": "local-user"} | filled_in
        elif operation == "BatchCreateAttendee" and isinstance(request.get("Attendees"), list):
            filled_in["Attendees"] = [
                {"ExternalUserId": "local-user"} | item if isinstance(item, dict) else item
                for item in request["Attendees"]
            ]
        return faults(filled_in, shape) or attendee_faults(filled_in)

    def send(_, request):
        body = json.dumps(REQUIRED | {"Attendees": [{}]})
        status, made = connection.send("POST", "/meetings?operation=create-attendees", body, headers)
        assert status == 201, made
        made = json.loads(made)
        place = f"/meetings/{made['Meeting']['MeetingId']}" + path.replace(
            "{AttendeeId}", made["Attendees"][0]["AttendeeId"]
        )
        method = DOCUMENTED["operations"][operation]["method"]
        status, text = connection.send(method, place, json.dumps(request), headers)
        assert status in (200, 201, 400), text
        return status, text

    requests = variations(base, [name for name in SHAPES[shape]["members"] if name not in in_path], shape)
    sent, refused = compare(requests, expected_faults, send)
    assert sent > least and 15 < refused < sent - 5


@pytest.mark.parametrize("value", ["-1", "0", "1", "50", "100", "101", "1.5", "1e1", "many", ""])
def test_gateway_refuses_exactly_the_page_sizes_that_the_model_refuses(local, value):
    connection = Connection(local.port)
    headers = {"Authorization": f"Bearer {local.token(tenant='acme', groups='hosts')}"}
    status, made = connection.create_meeting(REQUIRED, headers)
    assert status == 201, made
    path = f"/meetings/{json.loads(made)['Meeting']['MeetingId']}/attendees?max-results={value}"
    status, text = connection.send("GET", path, None, headers)
    number = int(value) if re.fullmatch("-?[0-9]+", value) else value
    assert status == (400 if faults(number, "ResultMax") else 200), text


def bearer_client(url: str, token: str):
    """Makes botocore's client of Chime, with the gateway's endpoint and a bearer token in place of a signature."""
    client = botocore.session.get_session().create_client(
        "chime-sdk-meetings",
        region_name="us-east-1",
        endpoint_url=url,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )

    def authorize(request, **_):
        request.headers["Authorization"] = f"Bearer {token}"

    client.meta.events.register("before-send.chime-sdk-meetings", authorize)
    return client


def test_botocore_creates_a_meeting_at_the_gateway(local):
    gateway = bearer_client(local.url, local.token(tenant="acme", groups="hosts"))
    answer = gateway.create_meeting(**REQUIRED, MeetingFeatures={"Attendee": {"MaxCount": 20}})
    meeting = answer["Meeting"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert meeting["ExternalMeetingId"] == "physics"
    assert meeting["TenantIds"] == ["acme"]
    assert meeting["MediaPlacement"]["AudioHostUrl"]


@pytest.mark.parametrize(
    ("tenant", "region"), [("acme", "eu-central-1"), ("globex", "eu-central-1"), ("initech", "us-east-1")]
)
def test_every_sample_tenant_accepts_its_own_region_from_botocore(local, tenant, region):
    gateway = bearer_client(local.url, local.token(tenant=tenant, groups="hosts"))
    answer = gateway.create_meeting(ExternalMeetingId="physics", MediaRegion=region)
    assert answer["Meeting"]["MediaRegion"] == region


def test_botocore_drops_the_list_of_errors_but_keeps_the_findings_in_the_message(local):
    gateway = bearer_client(local.url, local.token(tenant="globex", groups="hosts"))
    with pytest.raises(gateway.exceptions.ForbiddenException) as raised:
        gateway.create_meeting(**REQUIRED, MeetingFeatures={"Attendee": {"MaxCount": 11}})
    assert "errors" not in raised.value.response
    message = raised.value.response["Error"]["Message"]
    assert "#/MediaRegion must be `eu-central-1`" in message
    assert "#/MeetingFeatures/Attendee/MaxCount must be `10`" in message


# A fault of the simulator, and the gateway's answer: status, exception, milliseconds to wait.
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"fault": "ThrottlingException", "retry_after_seconds": 9}, (429, "ThrottlingException", "9000")),
        ({"fault": "LimitExceededException"}, (429, "LimitExceededException", "60000")),
        (
            {"fault": "ServiceUnavailableException", "retry_after_seconds": 30},
            (503, "ServiceUnavailableException", "30000"),
        ),
        ({"fault": "ServiceFailureException", "times": 3}, (502, "ServiceFailureException", None)),
        ({"fault": "ForbiddenException"}, (500, "ServiceFailureException", None)),
    ],
)
def test_failures_of_chime_are_exceptions_of_the_model_with_a_wait_that_botocore_reads(local, fault, expected):
    gateway = bearer_client(local.url, local.token(tenant="acme", groups="hosts"))
    status, exception, wait = expected
    # Removes faults that a failed test left behind.
    local.reset()
    request = urllib.request.Request(
        f"{local.chime_url}/simulator/faults", data=json.dumps(fault).encode(), method="POST"
    )
    assert send(request)[0] < 300
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        gateway.create_meeting(ExternalMeetingId="physics", MediaRegion="us-east-1")
    response = raised.value.response
    assert SHAPES[exception]["exception"]
    assert response["Error"]["Code"] == exception
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["ResponseMetadata"]["HTTPHeaders"].get("x-amz-retry-after") == wait
    local.reset()


@pytest.mark.parametrize(
    ("identity", "request_", "exception"),
    [
        ({"tenant": "acme", "groups": "hosts"}, {"ExternalMeetingId": "physics 🎓"}, "BadRequestException"),
        (
            {"tenant": "acme", "groups": "hosts"},
            {"TenantIds": ["globex"]},
            "ForbiddenException",
        ),
        ({"tenant": "nobody", "groups": "hosts"}, {}, "ForbiddenException"),
        # 413, which Chime's model does not have.
        ({"tenant": "acme", "groups": "hosts"}, {"ExternalMeetingId": "x" * 70_000}, "BadRequestException"),
        (None, {}, "UnauthorizedException"),
    ],
)
def test_refusals_are_the_exceptions_that_botocore_raises(local, identity, request_, exception):
    gateway = bearer_client(local.url, local.token(**identity) if identity else "no-token")
    with pytest.raises(getattr(gateway.exceptions, exception)) as raised:
        gateway.create_meeting(**REQUIRED | request_)
    assert raised.value.response["Error"]["Code"] == exception
    assert raised.value.response["Error"]["Message"]
