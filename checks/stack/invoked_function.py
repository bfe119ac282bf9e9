"""A function's binary under a Lambda Runtime API: gives it events and takes its answers.

"Using the Lambda runtime API for custom runtimes" in Lambda's guide.
"""

import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECONDS = 20


class InvokedFunction:
    """The process and its Runtime API. The `with` block starts both and ends them."""

    def __init__(self, binary: Path, **variables: str):
        self.events: queue.Queue[dict | None] = queue.Queue()
        self.answers: queue.Queue[dict] = queue.Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Api", (_RuntimeApi,), {"function": self}))
        api = f"127.0.0.1:{self.server.server_address[1]}"
        of_lambda = {
            "AWS_LAMBDA_RUNTIME_API": api,
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
        }
        self.binary, self.variables = binary, {"PATH": os.environ["PATH"], **of_lambda, **variables}
        self.log = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115 (closed with the object, after the process)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.process = subprocess.Popen(
            [self.binary], env=self.variables, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL
        )
        return self

    def __exit__(self, *_):
        # The process is in the middle of asking for an event.
        self.server.handle_error = lambda *_: None
        self.process.terminate()
        self.process.wait(5)
        self.events.put(None)
        self.server.shutdown()
        self.server.server_close()

    def invoke(self, event: dict) -> dict:
        """Returns the function's answer to an event."""
        self.events.put(event)
        try:
            return self.answers.get(timeout=SECONDS)
        except queue.Empty:
            raise RuntimeError(f"{self.binary} does not answer:\n{self.output()}") from None

    def output(self) -> str:
        """Returns what the process has printed so far."""
        self.log.seek(0)
        return self.log.read()


class _RuntimeApi(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    function: InvokedFunction

    def do_GET(self):
        event = self.function.events.get()
        if event is None:
            self.close_connection = True
            return
        self.answer(
            200,
            json.dumps(event).encode(),
            {
                "Lambda-Runtime-Aws-Request-Id": "6d68ca91-49c9-448d-89b8-7ca3e6dc66aa",
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + SECONDS) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:function",
            },
        )

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        self.function.answers.put(json.loads(body or b"null"))
        self.answer(202, b"", {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
