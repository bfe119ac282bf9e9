"""A server that speaks AWS's JSON protocol, for what no stand-in for a service does: fail."""

import threading
import urllib.error
import urllib.request
from contextlib import suppress
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

# What a stand-in for a service reads of a request.
HEADERS = ("Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date")


class JsonServer:
    """A server whose subclass answers each call. The `with` block runs it."""

    def __init__(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = server.answer(body, self.headers)
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(answer)))
                # Whoever has waited too long is gone.
                with suppress(ConnectionError):
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Prints nothing."""

            # Without this the answer's second packet waits for the acknowledgement of its first.
            disable_nagle_algorithm = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, body: bytes, headers: HTTPMessage) -> tuple[int, bytes]:
        """Answers one call: the status and the body."""
        raise NotImplementedError


def pass_on(url: str, body: bytes, headers: HTTPMessage) -> tuple[int, bytes]:
    """Sends a call on to a stand-in for a service; returns status and body of the answer, also of an error."""
    passed = {name: headers[name] for name in HEADERS if headers[name]}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, passed, method="POST")) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()
