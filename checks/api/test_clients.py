"""Clients that are made of openapi.yaml create a meeting and join it, by the programs of docs/clients.md."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from description import DOCUMENT
from recipes import code_of

HERE = Path(__file__).parent
GENERATED = HERE / "generated"
BIN = HERE / "node_modules" / ".bin"
HOST = {"tenant": "acme", "groups": "hosts", "sub": "anna"}
VISITOR = {"tenant": "acme", "groups": "visitors", "sub": "eve"}


def run(*command, **variables: str) -> subprocess.CompletedProcess:
    """Runs a command in the folder of the programs."""
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=HERE, env=os.environ | variables, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def python_client() -> dict[str, str]:
    """Makes the Python client; returns the variables with which a program finds it."""
    package = GENERATED / "meeting_gateway_client"
    shutil.rmtree(package, ignore_errors=True)
    GENERATED.mkdir(exist_ok=True)
    generator = Path(sys.executable).with_name("openapi-python-client")
    made = run(
        generator, "generate", "--path", DOCUMENT, "--meta", "none", "--output-path", package, "--fail-on-warning",
        PATH=os.pathsep.join([str(generator.parent), os.environ["PATH"]]),
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    (GENERATED / "join_meeting.py").write_text(code_of("generated", "python"))
    return {"PYTHONPATH": str(GENERATED)}


@pytest.fixture(scope="module")
def typescript_types() -> Path:
    """Makes the types of the TypeScript client."""
    types = GENERATED / "gateway.d.ts"
    GENERATED.mkdir(exist_ok=True)
    (GENERATED / "join_meeting.ts").write_text(code_of("generated", "ts"))
    made = run(BIN / "openapi-typescript", DOCUMENT, "--output", types)
    assert made.returncode == 0, made.stdout + made.stderr
    return types


def assert_is_annas(answer: str, local) -> None:
    """Fails when the answer is not a new meeting of the simulator and an attendee of the host's."""
    joined = json.loads(answer)
    assert joined["Meeting"]["ExternalMeetingId"] == "standup"
    assert joined["Meeting"]["MediaPlacement"]["AudioHostUrl"]
    assert joined["Attendee"]["ExternalUserId"] == "anna"
    assert joined["Attendee"]["JoinToken"]
    (meeting,) = (it for it in local.meetings() if it["Meeting"]["MeetingId"] == joined["Meeting"]["MeetingId"])
    assert [it["Attendee"]["AttendeeId"] for it in meeting["attendees"]] == [joined["Attendee"]["AttendeeId"]]


def join_in_python(local, person: dict[str, str], variables: dict[str, str]) -> subprocess.CompletedProcess:
    program = GENERATED / "join_meeting.py"
    return run(sys.executable, program, local.url, local.token(**person), "standup", **variables)


def test_python_client_creates_a_meeting_and_joins_it(local, python_client):
    done = join_in_python(local, HOST, python_client)
    assert done.returncode == 0, done.stderr
    assert_is_annas(done.stdout, local)


def test_python_client_has_the_reason_of_a_refusal(local, python_client):
    done = join_in_python(local, VISITOR, python_client)
    assert done.returncode == 1
    assert "no meeting: the operation needs the right Create" in done.stderr


def test_typescript_client_creates_a_meeting_and_joins_it(local, typescript_types):
    compiled = run(BIN / "tsc", "--project", HERE)
    assert compiled.returncode == 0, compiled.stdout
    program = typescript_types.with_name("join_meeting.js")
    done = run("node", program, local.url, local.token(**HOST), "standup")
    assert done.returncode == 0, done.stderr
    assert_is_annas(done.stdout, local)
    refused = run("node", program, local.url, local.token(**VISITOR), "standup")
    assert refused.returncode == 1
    assert "no meeting: the operation needs the right Create" in refused.stderr


# A part of the program, and what the document does not have in its place.
WRONG = [
    ("ExternalMeetingId: name", "ExternalMeetingID: name"),
    ("ExternalMeetingId: name", 'ExternalMeetingId: name, MeetingFeatures: { Video: { MaxResolution: "4K" } }'),
    ("created.data.Meeting;", "created.data.Meetings;"),
    ('"/meetings/{MeetingId}/join"', '"/meetings/{MeetingId}/leave"'),
    ("path: { MeetingId }", "path: {}"),
]


def test_typescript_refuses_what_the_document_does_not_have(typescript_types):
    program = code_of("generated", "ts")
    files = []
    for number, (right, wrong) in enumerate(WRONG):
        assert right in program
        files.append(f"wrong-{number}.ts")
        (typescript_types.parent / files[-1]).write_text(program.replace(right, wrong))
    configuration = typescript_types.parent / "tsconfig.json"
    options = {"noEmit": True, "rootDir": "."}
    configuration.write_text(json.dumps({"extends": "../tsconfig.json", "compilerOptions": options, "files": files}))
    compiled = run(BIN / "tsc", "--project", configuration)
    at_fault = {line.partition("(")[0].rpartition("/")[2] for line in compiled.stdout.splitlines() if ": error" in line}
    assert at_fault == set(files), compiled.stdout
