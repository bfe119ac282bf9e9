"""A server before a stand-in for DynamoDB that passes on one request at a time, and so makes any of them atomic."""

import threading
import urllib.error
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

# What belongs to one connection and not to the request or its answer.
OF_THE_CONNECTION = {"connection", "content-length", "host", "date", "server", "transfer-encoding"}


class OneAtATime:
    """The server. The `with` block runs it."""

    def __init__(self, peer_url: str):
        turn = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Without this the answer's second packet waits for the acknowledgement of its first.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: value for name, value in self.headers.items() if of_the_message(name)}
                request = urllib.request.Request(peer_url + self.path, body, headers, method="POST")
                with turn:
                    status, answered, answer = send(request)
                self.send_response(status)
                for name, value in answered.items():
                    if of_the_message(name):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                # Whoever has waited too long is gone.
                with suppress(ConnectionError):
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Prints nothing."""

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


def of_the_message(header: str) -> bool:
    """Whether a header is passed on."""
    return header.lower() not in OF_THE_CONNECTION


def send(request: urllib.request.Request) -> tuple[int, dict[str, str], bytes]:
    """Sends a request; returns status, headers and body, also for an error."""
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()
