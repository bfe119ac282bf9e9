"""Amazon's published model of Chime SDK Meetings, read from botocore without any code of this project.

Checks a value against the model's shapes, with Python's regular expressions, and against the rules that the model's
documentation has in words. The tests compare this project's simulator and gateway with the result.
"""

import copy
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = REPOSITORY / "tests" / "chime-model" / "create-meeting.json"

_specification = importlib.util.spec_from_file_location("extract", TABLE.with_name("extract.py"))
extract = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(extract)

MODEL = extract.load_model()
SHAPES = MODEL["shapes"]
DOCUMENTED = extract.extract(MODEL)
# Documented for accounts outside GovCloud; the simulator plays such an account.
MEDIA_REGIONS = [region for region in DOCUMENTED["documented_media_regions"] if not region.startswith("us-gov-")]
# "FHD video or UHD content" (developer guide, meeting features).
MAX_ATTENDEES_AT_HIGH_RESOLUTION = 25
GUID_PATTERN = SHAPES["GuidString"]["pattern"]

# Each printable ASCII character, and some beyond: characters at and past the edges of the patterns' ranges, white space
# outside ASCII, and a character of two UTF-16 units.
CHARACTERS = [chr(code) for code in range(0x20, 0x7F)] + list("\t\n\x00\x7f\xa0«»¿ÀÿĀａ１\u2003😀")


def faults(value, shape_name: str = "CreateMeetingRequest", member: str | None = None) -> list[str]:
    """Returns the names of the shapes that a value breaks. `member` is the name under which the value stands."""
    shape = SHAPES[shape_name]
    kinds = {"structure": dict, "list": list, "string": str, "integer": int}
    if not isinstance(value, kinds[shape["type"]]) or isinstance(value, bool):
        return [shape_name]
    size = value if shape["type"] == "integer" else len(value)
    found = []
    if shape["type"] != "structure" and not shape.get("min", size) <= size <= shape.get("max", size):
        found.append(shape_name)
    if shape["type"] == "structure":
        found += [shape_name for name in shape.get("required", []) if name not in value]
        for name, inner in value.items():
            known = shape["members"].get(name)
            found += faults(inner, known["shape"], name) if known else [shape_name]
    if shape["type"] == "list":
        for item in value:
            found += faults(item, shape["member"]["shape"])
    if "enum" in shape and value not in shape["enum"]:
        found.append(shape_name)
    pattern = shape.get("pattern") or DOCUMENTED["documented_patterns"].get(member)
    if pattern and not re.fullmatch(pattern, value, re.ASCII):
        found.append(shape_name)
    return found


def documented_faults(request: dict, default_count: int = SHAPES["AttendeeMax"]["max"]) -> list[str]:
    """Returns the documented rules, outside the shapes, that a request breaks. The request's shapes must be valid.

    `default_count` is the MaxCount of a meeting whose request has none.
    """
    found = []
    if request["ExternalMeetingId"].lower().startswith("aws:"):
        found.append("ExternalMeetingId is reserved")
    if any(tag["Key"].lower().startswith("aws:") for tag in request.get("Tags", [])):
        found.append("a tag is reserved")
    features = request.get("MeetingFeatures", {})
    high = (
        features.get("Video", {}).get("MaxResolution") == "FHD"
        or features.get("Content", {}).get("MaxResolution") == "UHD"
    )
    if high and features.get("Attendee", {}).get("MaxCount", default_count) > MAX_ATTENDEES_AT_HIGH_RESOLUTION:
        found.append("too many attendees for the resolution")
    return found


def attendee_faults(request: dict) -> list[str]:
    """Returns the documented rules about attendees that a request breaks. The request's shapes must be valid."""
    found = []
    for holder in [request, *request.get("Attendees", [])]:
        if holder.get("ExternalUserId", "").lower().startswith("aws:"):
            found.append("ExternalUserId is reserved")
        wanted = holder.get("Capabilities", {})
        if wanted.get("Content", "None") != "None" and wanted["Video"] not in ("SendReceive", "Receive"):
            found.append("content needs video that is received")
    return found


def variations(base: dict, members: list[str], shape_name: str = "CreateMeetingRequest") -> Iterator[tuple[str, dict]]:
    """Yields named requests that differ from a valid one in one place, at and past each limit of the model."""
    structure = SHAPES[shape_name]["members"]
    for name in SHAPES[shape_name]["required"]:
        if name in members:
            yield f"{name} left out", {other: value for other, value in base.items() if other != name}
    yield "an unknown member", base | {"Nickname": "physics"}
    for member in members:
        for what, value in _values(structure[member]["shape"]):
            yield f"{member}: {what}", copy.deepcopy(base) | {member: value}


def _values(shape_name: str) -> Iterator[tuple[str, object]]:
    """Yields named values of a shape, valid and invalid."""
    shape = SHAPES[shape_name]
    yield "null", None
    for wrong in ({}, [], "text", 7, 1.5, True):
        yield f"{json.dumps(wrong)}", wrong
    if shape["type"] == "string":
        yield from _strings(shape)
    if shape["type"] == "integer":
        for number in (shape["min"] - 1, shape["min"], shape["max"], shape["max"] + 1, -1, 2**63):
            yield f"{number}", number
    if shape["type"] == "list":
        yield from _lists(shape)
    if shape["type"] == "structure":
        yield "an unknown member in it", _example(shape_name) | {"Nickname": "physics"}
        for name in shape.get("required", []):
            yield f"{name} left out", {k: v for k, v in _example(shape_name).items() if k != name}
        for name, member in shape["members"].items():
            for what, value in _values(member["shape"]):
                yield f"{name}: {what}", _example(shape_name) | {name: value}


def _strings(shape: dict) -> Iterator[tuple[str, str]]:
    for value in shape.get("enum", []):
        yield value, value
        yield value.lower(), value.lower()
    # Text that every pattern accepts: it starts like an ARN and repeats no character four times in a row.
    filler = "arn:aws:" + "abc-" * 300
    if shape.get("pattern") == GUID_PATTERN:
        yield from _ids()
    elif "enum" not in shape:
        for size in {shape.get("min", 1) - 1, shape.get("min", 1), shape["max"], shape["max"] + 1} - {-1}:
            yield f"{size} characters", ("ab" * size)[:size]
            yield f"{size} characters of an ARN", filler[:size]
        for character in CHARACTERS:
            yield f"with {character!r}", f"ab{character}cd"
        yield "aws: in front", "aws:abc"
        yield "AWS: in front", "AWS:abc"
        yield "aws without a colon", "awsabc"
        yield "three in a row", "baaab"
        yield "four in a row", "baaaab"
        yield "an ARN", "arn:aws:sqs:us-east-1:123456789012:queue"


def _ids() -> Iterator[tuple[str, str]]:
    example = _id(0xABCDEF)
    yield "an id", example
    yield "an id in upper case", example.upper()
    for wrong in ["", example[:-1], example + "0", example + "\n", "{" + example + "}", example.replace("-", "")]:
        yield f"{wrong!r}", wrong
    yield "an id with g", example.replace("a", "g")


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def _lists(shape: dict) -> Iterator[tuple[str, list]]:
    item = shape["member"]["shape"]
    for size in {shape["min"], shape["max"], shape["max"] + 1}:
        yield f"{size} items", [_example(item, number) for number in range(size)]
    for what, value in _values(item):
        yield f"an item: {what}", [value]


def _example(shape_name: str, number: int = 0):
    """Returns a valid value of the shape; a different one for each number."""
    shape = SHAPES[shape_name]
    if shape["type"] == "structure":
        return {name: _example(shape["members"][name]["shape"], number) for name in shape.get("required", [])}
    if "enum" in shape:
        return shape["enum"][0]
    return _id(number) if shape.get("pattern") == GUID_PATTERN else f"value-{number}"
