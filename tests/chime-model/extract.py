"""Writes create-meeting.json: the shapes of botocore's Chime SDK Meetings model that the simulator checks.

Usage, with botocore (PyPI) installed: python3 extract.py > create-meeting.json
Keeps how each operation looks in HTTP, types, limits, patterns, values, required members and documented patterns, but
no other prose. A documented pattern belongs to a member, not to its shape: MeetingHostId has the shape ExternalUserId
and no pattern.
"""

import gzip
import html
import json
import pathlib
import re

import botocore

OPERATIONS = [
    "CreateMeeting",
    "CreateMeetingWithAttendees",
    "GetMeeting",
    "DeleteMeeting",
    "CreateAttendee",
    "BatchCreateAttendee",
    "ListAttendees",
    "GetAttendee",
    "DeleteAttendee",
    "UpdateAttendeeCapabilities",
    "BatchUpdateAttendeeCapabilitiesExcept",
]
RESPONSES = ["Meeting", "MediaPlacement", "Attendee", "CreateAttendeeError"]
FACTS = ["type", "min", "max", "pattern", "enum", "required"]


def load_model():
    folder = pathlib.Path(botocore.__file__).parent / "data/chime-sdk-meetings/2021-07-15"
    packed = folder / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "service-2.json").read_bytes()
    return json.loads(text)


def extract(model):
    shapes, patterns, regions = {}, {}, []

    def visit(name):
        if name in shapes:
            return
        shape = model["shapes"][name]
        facts = {key: shape[key] for key in FACTS if key in shape}
        shapes[name] = facts
        for member, reference in shape.get("members", {}).items():
            facts.setdefault("members", {})[member] = reference["shape"]
            text = html.unescape(reference.get("documentation", ""))
            if found := re.search(r"Pattern: <code>(.*?)</code>", text):
                patterns[member] = found.group(1)
            if member == "MediaRegion":
                found = re.findall(r"<code>([a-z]+(?:-[a-z]+)+-\d)</code>", text)
                regions.extend(region for region in found if region not in regions)
            visit(reference["shape"])
        if "member" in shape:
            facts["item"] = shape["member"]["shape"]
            visit(facts["item"])

    operations = {}
    for name in OPERATIONS:
        operation = model["operations"][name]
        visit(operation["input"]["shape"])
        operations[name] = {
            **operation["http"],
            "input": operation["input"]["shape"],
            "output": sorted(model["shapes"].get(operation.get("output", {}).get("shape"), {}).get("members", {})),
            "parameters": {
                reference["locationName"]: member
                for member, reference in model["shapes"][operation["input"]["shape"]]["members"].items()
                if reference.get("location") == "querystring"
            },
        }
    exceptions = {
        name: shape["error"]["httpStatusCode"] for name, shape in model["shapes"].items() if shape.get("exception")
    }
    responses = {}
    for name in RESPONSES:
        responses[name] = sorted(model["shapes"][name]["members"])
    return {
        "operations": operations,
        "shapes": shapes,
        "documented_patterns": patterns,
        "documented_media_regions": regions,
        "exceptions": exceptions,
        "responses": responses,
    }


if __name__ == "__main__":
    print(json.dumps({"botocore": botocore.__version__, **extract(load_model())}, indent=1, ensure_ascii=False))
