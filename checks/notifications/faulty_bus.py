"""A server before a real EventBridge peer that makes its calls fail in part, as a network and a throttled bus do."""

import json
import random
import time
from collections import Counter
from http.client import HTTPMessage

from json_server import JsonServer, pass_on

# What becomes of a call; the last takes the rest.
FAULTS = {
    "refused before it arrives": 0.02,
    "done, and its answer lost": 0.02,
    "taken in part": 0.06,
    # So seldom that no message meets five of them, which would make it a dead letter.
    "an outage begins": 0.001,
    "passed on": 0.899,
}
# Longer than the function tries, so that messages go back to the queue.
OUTAGE_SECONDS = 0.7


class FaultyBus(JsonServer):
    """Passes PutEvents on to a peer, but for the share that fails."""

    def __init__(self, peer_url: str, seed: int):
        super().__init__()
        self.peer_url = peer_url
        self.random = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.down_until = 0.0

    def answer(self, body: bytes, headers: HTTPMessage) -> tuple[int, bytes]:
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
        answer = self.put(request | {"Entries": taken}, headers) if taken else {"Entries": []}
        if fault == "done, and its answer lost":
            return 500, failure
        for number in refused:
            answer["Entries"].insert(number, {"ErrorCode": "ThrottlingException", "ErrorMessage": "planted"})
        return 200, json.dumps(answer | {"FailedEntryCount": len(refused)}).encode()

    def put(self, request: dict, headers: HTTPMessage) -> dict:
        """Sends a call to the peer, which takes every one."""
        status, answer = pass_on(self.peer_url, json.dumps(request).encode(), headers)
        assert status == 200, answer
        return json.loads(answer)
