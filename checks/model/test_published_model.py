"""The simulator's and the gateway's limits against the model that Amazon publishes, over the wire and one by one."""

import http.client
import json
import urllib.request

import botocore.exceptions
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from processes import LocalGateway, send
from published_model import DOCUMENTED, MEDIA_REGIONS, SHAPES, TABLE, documented_faults, faults, variations

# What the caller of the gateway owns; the other members are the gateway's alone.
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


@pytest.fixture(scope="module")
def local():
    """The simulator, the issuer, and the gateway behind its HTTP front."""
    with LocalGateway() as running:
        yield running


class Connection:
    """One connection that requests are sent over as they are, right or wrong."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)

    def create_meeting(self, request: dict, headers: dict) -> tuple[int, str]:
        """The status and the text of the answer."""
        self.connection.request("POST", "/meetings", json.dumps(request), headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()


def signed_headers(url: str, request: dict) -> dict:
    """The headers of a request as botocore signs it for Chime."""
    body = json.dumps(request)
    signable = AWSRequest("POST", f"{url}/meetings", headers={"Content-Type": "application/json"}, data=body)
    SigV4Auth(Credentials("AKIDEXAMPLE", "example"), "chime", "us-east-1").add_auth(signable)
    return dict(signable.headers)


def test_the_table_that_the_simulator_is_built_from_is_what_botocore_has():
    table = json.loads(TABLE.read_text())
    del table["botocore"]
    assert table == DOCUMENTED


def compare(requests, judge, send) -> tuple[int, int]:
    """Sends each request; how many, and how many were refused. Fails with every answer that the judge disagrees with."""
    sent, refused, differing = 0, 0, []
    for name, request in requests:
        wrong = judge(request)
        status, text = send(sent, request)
        sent += 1
        refused += status == 400
        if (status == 400) != bool(wrong):
            differing.append(f"{name}: answered {status}, the model finds {wrong or 'nothing'}: {text}")
    assert differing == []
    print(f"{sent} requests, {refused} of them refused")
    return sent, refused


def test_the_simulator_refuses_exactly_what_the_published_model_refuses(local):
    connection = Connection(local.simulator)
    token = "a-token"

    def judge(request):
        documented = [] if request.get("MediaRegion") in MEDIA_REGIONS else ["no media region"]
        return faults(request) or documented_faults(request) or documented

    def send(number, request):
        if request.get("ClientRequestToken") == token:
            # Another request under the same token would be a conflict.
            request = request | {"ClientRequestToken": f"{token}-{number}"}
        status, text = connection.create_meeting(request, signed_headers(local.chime_url, request))
        # 400 as well, and no matter of the model: the text is well-formed, and no meeting has that id.
        return (404 if "names no meeting that exists" in text else status), text

    base = {"ClientRequestToken": token, "MediaRegion": "us-east-1", "ExternalMeetingId": "physics"}
    sent, refused = compare(variations(base, ALL_MEMBERS), judge, send)
    assert sent > 1_000 and 100 < refused < sent - 100


def test_the_gateway_refuses_as_malformed_exactly_what_the_published_model_refuses(local):
    """The policy may refuse more, with 403; what breaks the model is 400, whatever the policy says."""
    connection = Connection(local.port)
    token = local.token(tenant="acme", groups="hosts")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    # What the gateway fills in for a caller who is silent.
    filled_in = {"ClientRequestToken": "any-token", "MediaRegion": "us-east-1"}

    def judge(request):
        # The sample policy gives a caller who names no number of attendees 25.
        return faults(filled_in | request) or documented_faults(request, default_count=25)

    base = {"ExternalMeetingId": "physics"}
    requests = variations(base, CALLERS_MEMBERS)
    sent, refused = compare(requests, judge, lambda _, request: connection.create_meeting(request, headers))
    assert sent > 700 and 100 < refused < sent - 100


# What such a client does not send without.
REQUIRED = {"ExternalMeetingId": "physics", "MediaRegion": "us-east-1"}


def bearer_client(url: str, token: str):
    """botocore's client of Chime, moved to the gateway: another endpoint, and a bearer token in place of a signature."""
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


def test_a_client_of_chimes_own_api_creates_a_meeting_at_the_gateway(local):
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
def test_every_sample_tenant_takes_the_region_that_such_a_client_insists_on(local, tenant, region):
    gateway = bearer_client(local.url, local.token(tenant=tenant, groups="hosts"))
    answer = gateway.create_meeting(ExternalMeetingId="physics", MediaRegion=region)
    assert answer["Meeting"]["MediaRegion"] == region


def test_such_a_client_drops_the_list_of_errors_and_has_the_findings_in_the_message(local):
    gateway = bearer_client(local.url, local.token(tenant="globex", groups="hosts"))
    with pytest.raises(gateway.exceptions.ForbiddenException) as raised:
        gateway.create_meeting(**REQUIRED, MeetingFeatures={"Attendee": {"MaxCount": 11}})
    assert "errors" not in raised.value.response
    message = raised.value.response["Error"]["Message"]
    assert "#/MediaRegion may only be `eu-central-1`" in message
    assert "#/MeetingFeatures/Attendee/MaxCount may only be `10`" in message


# What the simulator is told to do, and what the gateway then answers: status, exception, milliseconds to wait.
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
def test_failures_of_chime_are_exceptions_of_the_model_with_the_wait_that_botocore_reads(local, fault, expected):
    gateway = bearer_client(local.url, local.token(tenant="acme", groups="hosts"))
    status, exception, wait = expected
    # A fault that a failed run has left armed would strike here.
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
        # 413, which Chime's model has not.
        ({"tenant": "acme", "groups": "hosts"}, {"ExternalMeetingId": "x" * 70_000}, "BadRequestException"),
        (None, {}, "UnauthorizedException"),
    ],
)
def test_its_refusals_are_the_exceptions_that_such_a_client_catches(local, identity, request_, exception):
    gateway = bearer_client(local.url, local.token(**identity) if identity else "no-token")
    with pytest.raises(getattr(gateway.exceptions, exception)) as raised:
        gateway.create_meeting(**REQUIRED | request_)
    assert raised.value.response["Error"]["Code"] == exception
    assert raised.value.response["Error"]["Message"]
