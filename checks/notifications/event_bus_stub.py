"""An EventBridge that fails entries on request; the real protocol peers never do."""

import json
from collections import Counter
from collections.abc import Callable
from http.client import HTTPMessage

from json_server import JsonServer

# Gives the error code for an entry by its message id and how often it came before; None takes the entry.
Fails = Callable[[str, int], str | None]
# Gives the error code of a whole request by its message ids; None answers entry by entry.
Refuses = Callable[[list[str]], str | None]


class EventBusStub(JsonServer):
    """A server that takes PutEvents and keeps what it is asked."""

    def __init__(self, fails: Fails = lambda _message_id, _times: None):
        super().__init__()
        self.fails = fails
        self.refuses: Refuses = lambda _message_ids: None
        # Whether what it takes has an id in the answer.
        self.gives_ids = True
        # The bytes and the entries of each request.
        self.requests: list[tuple[int, list[dict]]] = []
        self.asked: Counter[str] = Counter()
        self.taken: list[dict] = []

    def answer(self, body: bytes, headers: HTTPMessage) -> tuple[int, bytes]:
        """Answers one PutEvents."""
        del headers
        status, answer = self.decide(body)
        return status, json.dumps(answer).encode()

    def decide(self, body: bytes) -> tuple[int, dict]:
        """Decides what becomes of each entry; returns the status and the answer."""
        entries = json.loads(body)["Entries"]
        self.requests.append((len(body), entries))
        message_ids = [json.loads(entry["Detail"])["meetingGateway"]["messageId"] for entry in entries]
        if code := self.refuses(message_ids):
            return 400, {"__type": code, "message": "planted"}
        results = []
        for message_id, entry in zip(message_ids, entries, strict=True):
            code = self.fails(message_id, self.asked[message_id])
            self.asked[message_id] += 1
            if code is None:
                self.taken.append(entry)
                results.append({"EventId": f"event-of-{message_id}"} if self.gives_ids else {})
            else:
                results.append({"ErrorCode": code, "ErrorMessage": "planted"})
        failed = sum("ErrorCode" in result for result in results)
        return 200, {"FailedEntryCount": failed, "Entries": results}


def entry_size(entry: dict) -> int:
    """Returns an entry's size as EventBridge counts it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size
    """
    size = 14 if "Time" in entry else 0
    size += sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))
    return size + sum(len(resource.encode()) for resource in entry.get("Resources", []))
