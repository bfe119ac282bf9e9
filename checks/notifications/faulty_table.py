"""A server before a stand-in for DynamoDB that makes its calls fail in part, as a network and a busy table do."""

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
    "in conflict or throttled": 0.02,
    # So seldom that no message meets five of them, which would make it a dead letter.
    "an outage begins": 0.001,
    "passed on": 0.939,
}
# Longer than the function tries, so that messages go back to the queue.
OUTAGE_SECONDS = 0.7


class FaultyTable(JsonServer):
    """Passes calls on to a stand-in, but for the share that fails."""

    def __init__(self, url: str, seed: int):
        super().__init__()
        self.url_of_table = url
        self.random = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.down_until = 0.0

    def answer(self, body: bytes, headers: HTTPMessage) -> tuple[int, bytes]:
        """Answers one call."""
        failure = 500, error("InternalServerError")
        if time.monotonic() < self.down_until:
            self.counts["in an outage"] += 1
            return failure
        (fault,) = self.random.choices(list(FAULTS), FAULTS.values())
        self.counts[fault] += 1
        if fault == "an outage begins":
            self.down_until = time.monotonic() + OUTAGE_SECONDS
        if fault in ("an outage begins", "refused before it arrives"):
            return failure
        if fault == "in conflict or throttled":
            return 400, conflict(body) if headers["X-Amz-Target"].endswith("TransactWriteItems") else throttled()
        answer = pass_on(self.url_of_table, body, headers)
        return failure if fault == "done, and its answer lost" else answer


def error(name: str, **members: object) -> bytes:
    """Returns the body of an error."""
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": "planted"} | members).encode()


def throttled() -> bytes:
    """Returns what a busy table answers."""
    return error("ThrottlingException")


def conflict(body: bytes) -> bytes:
    """Returns what a transaction is answered whose first item another one has."""
    writes = len(json.loads(body)["TransactItems"])
    reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in range(writes - 1))]
    return error("TransactionCanceledException", CancellationReasons=reasons)
