"""Writes create-meeting.json: the shapes of botocore's Chime SDK Meetings model that the simulator checks.

Usage, with botocore (PyPI) installed: python3 extract.py > create-meeting.json
Keeps types, limits, patterns, values, required members and documented patterns, but no other prose.
"""

import gzip
import html
import json
import pathlib
import re

import botocore

OPERATIONS = ["CreateMeeting", "GetMeeting", "DeleteMeeting"]
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
                patterns[reference["shape"]] = found.group(1)
            if member == "MediaRegion":
                regions.extend(re.findall(r"<code>([a-z]+(?:-[a-z]+)+-\d)</code>", text))
            visit(reference["shape"])
        if "member" in shape:
            facts["item"] = shape["member"]["shape"]
            visit(facts["item"])

    for operation in OPERATIONS:
        visit(model["operations"][operation]["input"]["shape"])
    exceptions = {
        name: shape["error"]["httpStatusCode"] for name, shape in model["shapes"].items() if shape.get("exception")
    }
    responses = {}
    for name in ["Meeting", "MediaPlacement"]:
        responses[name] = sorted(model["shapes"][name]["members"])
    return {
        "shapes": shapes,
        "documented_patterns": patterns,
        "documented_media_regions": regions,
        "exceptions": exceptions,
        "responses": responses,
    }


if __name__ == "__main__":
    print(json.dumps({"botocore": botocore.__version__, **extract(load_model())}, indent=1, ensure_ascii=False))
