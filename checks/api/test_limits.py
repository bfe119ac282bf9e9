"""The gateway refuses with 400 exactly the members, parameters and keys that openapi.yaml refuses, limit by limit.

Schemathesis notices a limit that is too wide, but seldom one that is too narrow; and it tries few characters.
"""

import copy
import http.client
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

HOST = {"tenant": "acme", "groups": "hosts", "sub": "anna"}
# Who may not open a room, so that valid requests to join one end in 404 and nothing is made.
MEMBER = {"tenant": "acme", "groups": "members", "sub": "bob"}
GUID = "eb81e378-37db-4b5a-8e57-88904f2c1152"
# No meeting has the id, so valid requests end in 404 and nothing is made.
ATTENDEES = f"/meetings/{GUID}/attendees"
# Each printable ASCII character, and some beyond: at the edges of the patterns' ranges, white space outside ASCII, and
# a character of two UTF-16 units.
CHARACTERS = [chr(code) for code in range(0x20, 0x7F)] + list("\t\n\x0b\x0c\r\x00\x7f\xa0«»¿ÀÿĀａ１\u2003😀")
NAMES = [
    "None",
    "Send",
    "Receive",
    "SendReceive",
    "HD",
    "FHD",
    "UHD",
    "AVAILABLE",
    "UNAVAILABLE",
    "Ipv4Only",
    "DualStack",
]

CAPABILITIES = {"Audio": "None", "Video": "SendReceive", "Content": "None"}
ATTENDEE = {"ExternalUserId": "bob", "Capabilities": CAPABILITIES}
MEETING = {
    "ExternalMeetingId": "standup",
    "MediaRegion": "eu-central-1",
    "MediaPlacementNetworkType": "DualStack",
    "MeetingFeatures": {
        "Audio": {"EchoReduction": "AVAILABLE"},
        "Video": {"MaxResolution": "HD"},
        "Content": {"MaxResolution": "FHD"},
        "Attendee": {"MaxCount": 25},
    },
    "MeetingHostId": "host",
    # No meeting of the tenant, so valid requests end in 403 and nothing is made.
    "PrimaryMeetingId": "primary",
    "Tags": [{"Key": "Course", "Value": "Physics"}],
    "ClientRequestToken": "key-1",
}
ROOM_MEETING = {
    name: value for name, value in MEETING.items() if name not in ("ExternalMeetingId", "ClientRequestToken")
}
# The schema of a body, where it is sent, and a valid one that has every member.
BODIES = [
    ("MeetingRequest", "POST", "/meetings", MEETING),
    (
        "MeetingWithAttendeesRequest",
        "POST",
        "/meetings?operation=create-attendees",
        MEETING | {"Attendees": [ATTENDEE]},
    ),
    ("AttendeeRequest", "POST", f"/meetings/{GUID}/join", ATTENDEE),
    ("AttendeeRequest", "POST", ATTENDEES, ATTENDEE),
    ("AttendeesRequest", "POST", f"{ATTENDEES}?operation=batch-create", {"Attendees": [ATTENDEE]}),
    ("CapabilitiesRequest", "PUT", f"{ATTENDEES}/{GUID}/capabilities", {"Capabilities": CAPABILITIES}),
    (
        "CapabilitiesExceptRequest",
        "PUT",
        f"{ATTENDEES}/capabilities?operation=batch-update-except",
        {"Capabilities": CAPABILITIES, "ExcludedAttendeeIds": [{"AttendeeId": GUID}]},
    ),
    ("RoomRequest", "POST", "/rooms/nobody-opened-this/join", ATTENDEE | {"Meeting": ROOM_MEETING}),
]


def variations(document: dict, schema: dict, value) -> Iterator:
    """Yields values that differ from a valid one in one place."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from (None, {}, [], "text", 7, True)
    if schema["type"] == "object":
        assert value.keys() == schema["properties"].keys(), "the valid body has every member"
        yield value | {"Nickname": "physics"}
        for name, member in schema["properties"].items():
            yield {other: inner for other, inner in value.items() if other != name}
            yield from (value | {name: inner} for inner in variations(document, member, value[name]))
    elif schema["type"] == "array":
        for size in (0, 1, schema["maxItems"], schema["maxItems"] + 1):
            items = [copy.deepcopy(value[0]) for _ in range(size)]
            for number, item in enumerate(items):
                if "Key" in item:
                    item["Key"] = f"key-{number}"
            yield items
        yield from ([inner] for inner in variations(document, schema["items"], value[0]))
    elif schema["type"] == "integer":
        limits = (schema["minimum"], schema["maximum"])
        yield from (number + beyond for number in limits for beyond in (-1, 0, 1))
        yield from (-1, 1.5, 2**63)
    else:
        yield from strings(schema)


def strings(schema: dict) -> Iterator[str]:
    """Yields strings, valid and invalid."""
    if "enum" in schema:
        yield from NAMES + [name.lower() for name in NAMES]
        return
    if "{8}" in schema.get("pattern", ""):
        yield from (GUID, GUID.upper(), GUID[:-1], GUID + "0", GUID.replace("e", "g"), GUID.replace("-", ""))
        return
    for limit in (schema["minLength"], schema["maxLength"]):
        yield from (("ab" * limit)[: limit + beyond] for beyond in (-1, 0, 1) if limit + beyond >= 0)
    yield from (f"ab{character}cd" for character in CHARACTERS)
    yield from ("aws:abc", "AWS:abc", "awsabc", "xaws:a")


class Connection:
    """A person's connection to the gateway."""

    def __init__(self, local, person: dict = HOST):
        self.connection = http.client.HTTPConnection(local.host, local.port, timeout=40)
        self.headers = {"Authorization": f"Bearer {local.token(**person)}", "Content-Type": "application/json"}

    def send(self, method: str, path: str, body=None, **headers: str) -> tuple[int, str]:
        """Returns the answer's status and text."""
        text = None if body is None else json.dumps(body)
        self.connection.request(method, path, text, self.headers | headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()


def assert_agreement(cases: Iterator[tuple[object, bool, tuple[int, str]]], least: int) -> None:
    """Fails when the gateway answers 400 to what is valid, or anything else to what is not."""
    answered = list(cases)
    differing = [
        f"{value!r}: answered {status}, {'valid' if valid else 'invalid'} in the document: {text}"
        for value, valid, (status, text) in answered
        if (status == 400) == valid
    ]
    assert differing == []
    assert sum(valid for _, valid, _ in answered) >= least
    assert sum(not valid for _, valid, _ in answered) >= least


@pytest.mark.parametrize(("schema", "method", "path", "base"), BODIES)
def test_the_gateway_refuses_the_bodies_that_the_document_refuses(local, document, schema, method, path, base):
    reference = {"$ref": f"#/components/schemas/{schema}"}
    validator = Draft202012Validator(reference | {"components": document["components"]})
    connection = Connection(local, MEMBER if schema == "RoomRequest" else HOST)
    assert validator.is_valid(base)
    assert connection.send(method, path, base)[0] in (403, 404)
    assert_agreement(
        (
            (body, validator.is_valid(body), connection.send(method, path, body))
            for body in distinct(document, reference, base)
        ),
        least=5,
    )


def distinct(document: dict, schema: dict, base: dict) -> list:
    """Returns the variations that are JSON, each once, without one that only a rule between members refuses."""
    texts = {json.dumps(body) for body in variations(document, schema, base) if body is not None}
    return [body for body in map(json.loads, sorted(texts)) if not sends_video_without_any(body)]


def sends_video_without_any(body) -> bool:
    """Whether a meeting without video has an attendee who would send it. OpenAPI can't express that rule."""
    without_video = isinstance(body, dict) and body.get("MeetingFeatures") == MEETING["MeetingFeatures"] | {
        "Video": {"MaxResolution": "None"}
    }
    return without_video and body.get("Attendees") == [ATTENDEE]


def test_the_gateway_refuses_the_idempotency_keys_that_the_document_refuses(local, document):
    validator = Draft202012Validator(document["components"]["parameters"]["IdempotencyKey"]["schema"])
    connection = Connection(local)
    body = {name: value for name, value in MEETING.items() if name != "ClientRequestToken"}
    keys = ["k" * size for size in (1, 2, 64, 65)]
    keys += [f'"{key}"' for key in keys] + ['"ab', 'ab"', '""', '"', 'a"b"c']
    keys += [f"ab{chr(code)}cd" for code in range(0x20, 0x7F)]
    assert_agreement(
        (
            (key, validator.is_valid(key), connection.send("POST", "/meetings", body, **{"Idempotency-Key": key}))
            for key in keys
        ),
        least=4,
    )


def test_the_gateway_has_rooms_of_the_names_that_the_document_allows(local, document):
    """To end the meeting of a room that has none is 204, and a name that can't be a room's is 404."""
    validator = Draft202012Validator(document["components"]["parameters"]["RoomId"]["schema"])
    connection = Connection(local)
    names = ["r" * size for size in (1, 2, 64, 65)] + ["7a", "-a", "_a", ".a", "a-", "a_", "a.", "..", "A1"]
    names += [f"ab{character}cd" for character in CHARACTERS]
    differing = []
    for name in names:
        status, text = connection.send("DELETE", f"/rooms/{quote(name, safe='')}")
        if status != (204 if validator.is_valid(name) else 404):
            differing.append(f"{name!r}: {status}, {text}")
    assert differing == []
    assert 10 < sum(map(validator.is_valid, names)) < len(names) - 10


def test_the_gateway_refuses_the_pages_that_the_document_refuses(local, document):
    parameters = document["components"]["parameters"]
    connection = Connection(local)
    for name, values in (
        ("MaxResults", [-1, 0, 1, 2, 99, 100, 101, 2**31]),
        ("NextToken", ["", "t", "a b", "ÿ", "t" * 4_095, "t" * 4_096, "t" * 4_097]),
    ):
        validator = Draft202012Validator(parameters[name]["schema"])
        address = f"{ATTENDEES}?{parameters[name]['name']}="
        assert_agreement(
            (
                (value, validator.is_valid(value), connection.send("GET", address + quote(str(value))))
                for value in values
            ),
            least=2,
        )
