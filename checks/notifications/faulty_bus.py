"""A server before a real EventBridge peer that makes its calls fail in part, as a network and a throttled bus do."""

import json
import random
import threading
import time
import urllib.request
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What becomes of a call; the last takes the rest.
FAULTS = {
    "refused before it arrives": 0.02,
    "done, and its answer lost": 0.02,
    "taken in part": 0.06,
    "an outage begins": 0.005,
    "passed on": 0.895,
}
# Longer than the function tries, so that messages go back to the queue; shorter than five receives take.
OUTAGE_SECONDS = 0.7
HEADERS = ("Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date")


class FaultyBus:
    """Passes PutEvents on to a peer, but for the share that fails."""

    def __init__(self, peer_url: str, seed: int):
        self.peer_url = peer_url
        self.random = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.down_until = 0.0
        bus = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: self.headers[name] for name in HEADERS if self.headers[name]}
                status, answer = bus.answer(body, headers)
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Prints nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Answers one call."""
        failure = json.dumps({"__type": "InternalException", "message": "planted"}).encode()
        if time.monotonic() < self.down_until:
            self.counts["in an outage"] += 1
            return 500, failure
        (fault,) = self.random.choices(list(FAULTS), FAULTS.values())
        self.counts[fault] += 1
        if fault == "an outage begins":
            self.down_until = time.monotonic() + OUTAGE_SECONDS
        if fault in ("an outage begins", "refused before it arrives"):
            return 500, failure
        request = json.loads(body)
        refused = self.random.sample(range(len(request["Entries"])), 1) if fault == "taken in part" else []
        taken = [entry for number, entry in enumerate(request["Entries"]) if number not in refused]
        answer = self.pass_on(request | {"Entries": taken}, headers) if taken else {"Entries": []}
        if fault == "done, and its answer lost":
            return 500, failure
        for number in refused:
            answer["Entries"].insert(number, {"ErrorCode": "ThrottlingException", "ErrorMessage": "planted"})
        return 200, json.dumps(answer | {"FailedEntryCount": len(refused)}).encode()

    def pass_on(self, request: dict, headers: dict[str, str]) -> dict:
        """Sends a call to the peer."""
        data = json.dumps(request).encode()
        with urllib.request.urlopen(urllib.request.Request(self.peer_url, data, headers, method="POST")) as answer:
            return json.load(answer)
