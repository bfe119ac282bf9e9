"""Hooks of Schemathesis: most requests are about a meeting that goes on, and valid ones keep the rules between members.

Schemathesis makes each member by itself. Without these hooks nearly every request would end in 404, in 400 for a rule
that OpenAPI can't express, or in 403 for a value that the sample policy does not allow.
"""

import json
import os
from collections import Counter
from pathlib import Path

import requests
import schemathesis

# `schemathesis.core` is where the package itself takes it from.
from schemathesis.core.parameters import ParameterLocation

GATEWAY, TOKEN = os.environ["GATEWAY"], os.environ["TOKEN"]
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
# How many requests use a meeting before it is replaced: attendees are added and removed, and capabilities change.
MAX_USES = 12
# Each of these takes a meeting of its own, since it ends it.
ENDING = {"DeleteMeeting", "DeleteAttendee"}
# What the sample policy lets a host of acme ask for.
ALLOWED_REGION, ALLOWED_TAGS = "eu-central-1", ["Course", "Room"]
MAX_ATTENDEES, MAX_ATTENDEES_AT_HIGH_RESOLUTION = 250, 25

answered: Counter[tuple[str, int]] = Counter()
sent: Counter[str] = Counter()


class Living:
    """A meeting that goes on, with two attendees."""

    def __init__(self):
        body = {
            "ExternalMeetingId": "living",
            "MeetingFeatures": {"Attendee": {"MaxCount": MAX_ATTENDEES}},
            "Attendees": [{}, {"ExternalUserId": "bob"}],
        }
        made = requests.post(f"{GATEWAY}/meetings?operation=create-attendees", json=body, headers=HEADERS, timeout=40)
        made.raise_for_status()
        self.meeting = made.json()["Meeting"]["MeetingId"]
        self.attendees = [attendee["AttendeeId"] for attendee in made.json()["Attendees"]]
        page = requests.get(f"{self.url}/attendees?max-results=1", headers=HEADERS, timeout=40)
        self.next_token = page.json()["NextToken"]
        self.uses = 0

    @property
    def url(self) -> str:
        """The meeting's address."""
        return f"{GATEWAY}/meetings/{self.meeting}"


shared: list[Living] = []


def living(operation: str) -> Living:
    """Returns a meeting that goes on: one of its own where the operation ends something."""
    if operation in ENDING:
        return Living()
    if not shared or shared[0].uses >= MAX_USES:
        shared[:] = [Living()]
    shared[0].uses += 1
    return shared[0]


def living_room(operation: str, number: int) -> str:
    """Returns the name of a room: one of its own where a request may open or end it."""
    if operation != "GetRoom":
        return f"room-{number}"
    name = f"open-{number // MAX_USES}"
    requests.post(f"{GATEWAY}/rooms/{name}/join", headers=HEADERS, timeout=40).raise_for_status()
    return name


def is_valid(case, location: ParameterLocation) -> bool:
    """Whether Schemathesis meant this part of the request to fit the document."""
    return case.meta is None or not case.meta.is_negative_at(location)


@schemathesis.hook
def before_call(_context, case, _kwargs) -> None:
    """Fills living ids into a request, and makes a valid one keep the rules that OpenAPI can't express."""
    operation = case.operation.definition.raw["operationId"]
    if case.method.upper() != case.operation.method.upper():
        return
    sent[operation] += 1
    # Each fourth keeps the ids that were made up, and its members as they are.
    keep = sent[operation] % 4 == 0
    query_is_valid = is_valid(case, ParameterLocation.QUERY)
    if "MeetingId" in (case.path_parameters or {}) and is_valid(case, ParameterLocation.PATH) and not keep:
        meeting = living(operation)
        case.path_parameters["MeetingId"] = meeting.meeting
        if "AttendeeId" in case.path_parameters:
            case.path_parameters["AttendeeId"] = meeting.attendees[0]
        if "next-token" in (case.query or {}) and query_is_valid:
            case.query["next-token"] = meeting.next_token
    elif "RoomId" in (case.path_parameters or {}) and is_valid(case, ParameterLocation.PATH) and not keep:
        case.path_parameters["RoomId"] = living_room(operation, sent[operation])
    elif query_is_valid:
        # Schemathesis may have taken a living id from an earlier answer, and no token fits any meeting.
        (case.query or {}).pop("next-token", None)
    if not is_valid(case, ParameterLocation.BODY):
        return
    body = case.body if isinstance(case.body, dict) else {}
    if query_is_valid:
        name_the_operation(case, operation, body)
    keep_the_rules(body)
    keep_the_rules_of_a_room(body)
    if not keep:
        stay_within_the_policy(body)
        stay_within_the_policy(body.get("Meeting", {}))
    if is_valid(case, ParameterLocation.HEADER):
        keep_to_one_new_key(case, body, sent[operation])


def name_the_operation(case, operation: str, body: dict) -> None:
    """Lets the query name the operation that takes the body."""
    name = {"CreateMeeting": "create-attendees", "CreateAttendee": "batch-create"}.get(operation)
    if name and "Attendees" in body:
        case.query = {**(case.query or {}), "operation": name}
    elif name:
        (case.query or {}).pop("operation", None)


def keep_the_rules(body: dict) -> None:
    """Makes members fit each other."""
    features = body.get("MeetingFeatures", {})
    video, content = (features.get(kind, {}).get("MaxResolution") for kind in ("Video", "Content"))
    if video == "FHD" or content == "UHD":
        count = features.setdefault("Attendee", {}).get("MaxCount", MAX_ATTENDEES_AT_HIGH_RESOLUTION)
        features["Attendee"]["MaxCount"] = min(count, MAX_ATTENDEES_AT_HIGH_RESOLUTION)
    keys = set()
    for tag in list(body.get("Tags", [])):
        if tag["Key"].lower() in keys:
            body["Tags"].remove(tag)
        keys.add(tag["Key"].lower())
    for holder in [body, *body.get("Attendees", [])]:
        wanted = holder.get("Capabilities", {})
        # Chime gives nobody video or content in a meeting that has none.
        if "MeetingFeatures" in body and "None" in (video, content):
            holder.pop("Capabilities", None)
        elif wanted.get("Content", "None") != "None":
            wanted["Video"] = "SendReceive"


def keep_the_rules_of_a_room(body: dict) -> None:
    """Makes the members of a room's meeting fit each other, and the attendee's capabilities fit the meeting."""
    meeting = body.get("Meeting", {})
    keep_the_rules(meeting)
    features = meeting.get("MeetingFeatures", {})
    if "None" in (features.get(kind, {}).get("MaxResolution") for kind in ("Video", "Content")):
        body.pop("Capabilities", None)


def keep_to_one_new_key(case, body: dict, number: int) -> None:
    """Gives a creation an idempotency key of its own: the same with other members would be a conflict."""
    if "ClientRequestToken" in body:
        body["ClientRequestToken"] = f"key-{number}"
    if "Idempotency-Key" in (case.headers or {}):
        quote = '"' if case.headers["Idempotency-Key"].startswith('"') else ""
        case.headers["Idempotency-Key"] = f"{quote}key-{number}{quote}"


def stay_within_the_policy(body: dict) -> None:
    """Replaces what the sample policy does not allow."""
    if "MediaRegion" in body:
        body["MediaRegion"] = ALLOWED_REGION
    for member in ("MeetingHostId", "PrimaryMeetingId"):
        body.pop(member, None)
    if "Tags" in body:
        body["Tags"] = [{**tag, "Key": key} for tag, key in zip(body["Tags"], ALLOWED_TAGS, strict=False)]


@schemathesis.hook
def after_call(_context, case, response) -> None:
    """Counts the answers of each operation, for the test that started this."""
    operation = case.operation.definition.raw["operationId"]
    if case.method.upper() == case.operation.method.upper():
        query = (case.query or {}).get("operation") if isinstance(case.query, dict) else None
        rows = case.operation.definition.raw["x-operations"]
        operation = next((row["name"] for row in rows if row.get("query") == query), operation)
        answered[operation, response.status_code] += 1
    counts = [[*key, count] for key, count in sorted(answered.items())]
    Path(os.environ["ANSWERED"]).write_text(json.dumps(counts))


# Set by the connection, or not part of the API's own answers.
OF_THE_CONNECTION = {"connection", "content-length", "content-type", "date", "keep-alive", "transfer-encoding"}


@schemathesis.check
def headers_are_described(_context, response, case) -> None:
    """Fails when an answer has a header that the document does not give to its status."""
    answers = case.operation.responses
    described = answers.find_by_status_code(response.status_code)
    if described is None:
        return
    names = {name.lower() for name, _ in described.headers.items()}
    other = {name.lower() for name in response.headers} - names - OF_THE_CONNECTION
    assert not other, f"not in the document: {sorted(other)}"


@schemathesis.check
def answers_of_the_function_have_its_headers(_context, response, _case) -> None:
    """Fails when an answer lacks a header that every answer of the function has, or contradicts its own body."""
    (content_type, *_) = response.headers.get("content-type", [""])
    if content_type == "application/json" and response.status_code >= 400:
        assert response.json().keys() == {"message"}, "API Gateway's own error has nothing else"
        return
    header = {name.lower(): values[0] for name, values in response.headers.items()}
    assert header["cache-control"] == "no-store"
    assert header["x-amzn-requestid"] == header["apigw-requestid"]
    if response.status_code < 400:
        return
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["Code"] == header["x-amzn-errortype"]
    assert problem["RequestId"] == problem["instance"] == header["x-amzn-requestid"]
    assert problem["Message"] == problem["detail"]


@schemathesis.hook
def filter_failure(_context, failure, _case, response) -> bool:
    """Leaves out one failure: API Gateway answers 404, not 405, where it has no route for a method (docs/wire.md)."""
    is_api_gateways = response.status_code == 404 and response.json() == {"message": "Not Found"}
    return not (type(failure).__name__ == "UnsupportedMethodResponse" and is_api_gateways)
