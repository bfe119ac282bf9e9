"""The smoke test that a team runs after a deployment, against stand-ins for the AWS CLI and for the endpoint."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MEETING = "eb81e378-37db-4b5a-8e57-88904f2c1152"

AWS = """#!{python}
import json, os, sys
words = sys.argv[1:]
with open(os.environ["CALLS"], "a") as calls: calls.write(" ".join(words) + "\\n")
if "describe-stacks" in words:
    outputs = {{"ApiUrl": os.environ["URL"], "MeetingEventsQueueUrl": "https://sqs/q"}}
    print(json.dumps({{"Stacks": [{{"Outputs": [{{"OutputKey": k, "OutputValue": v}} for k, v in outputs.items()]}}]}}))
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


def smoke(folder: Path, messages: list[dict], status: int = 201) -> tuple[subprocess.CompletedProcess, str]:
    (folder / "aws").write_text(AWS.format(python=sys.executable))
    (folder / "aws").chmod(0o755)
    server = HTTPServer(("127.0.0.1", 0), type("Answering", (Endpoint,), {"status": status}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "URL": f"http://127.0.0.1:{server.server_address[1]}",
        "CALLS": str(folder / "calls"),
        "MESSAGES": json.dumps({"Messages": messages}),
        "TOKEN": "a-users-token",
    }
    command = [sys.executable, REPOSITORY / "smoke-test", "meeting-gateway", "--region", "us-east-1"]
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
