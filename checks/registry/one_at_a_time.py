"""A server before a stand-in for DynamoDB that passes on one request at a time, and so makes any of them atomic."""

import threading
from http.client import HTTPMessage

from json_server import JsonServer, pass_on


class OneAtATime(JsonServer):
    """The server. The `with` block runs it."""

    def __init__(self, peer_url: str):
        super().__init__()
        self.peer_url = peer_url
        self.turn = threading.Lock()

    def answer(self, body: bytes, headers: HTTPMessage) -> tuple[int, bytes]:
        """Passes a request on when no other is at work."""
        with self.turn:
            return pass_on(self.peer_url, body, headers)
