"""The processes that the tests start: the Chime simulator, the issuer and the local gateway. Needs Python alone."""

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# The built `local`; the variable names another one.
LOCAL = os.environ.get("LOCAL_PROGRAM", REPOSITORY / "target" / "debug" / "local")
START_SECONDS = 20


def free_port() -> int:
    """Finds a port of the loopback interface that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url: str) -> tuple[int, bytes]:
    """Sends a GET request; returns status and body, also for an error status."""
    return send(urllib.request.Request(url))


def send(request: urllib.request.Request, seconds: float = 40) -> tuple[int, bytes]:
    """Sends a request; returns status and body, also for an error status."""
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Process:
    """A process that listens on a port. The `with` block starts it, waits for the port, and ends it."""

    def __init__(self, command: list, port: int, variables: dict[str, str], host: str = "127.0.0.1"):
        self.command = [str(word) for word in command]
        self.host, self.port = host, port
        self.variables = variables
        self.log = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115 (closed with the object, after the process)
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, env=self.variables, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as connection:
                if connection.connect_ex((self.host, self.port)) == 0:
                    return self
            time.sleep(0.05)
        output = self.output()
        self.__exit__()
        raise RuntimeError(f"{self.command[0]} does not listen on port {self.port}:\n{output}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def output(self) -> str:
        """Returns what the process has printed so far."""
        self.log.seek(0)
        return self.log.read()


class LocalServices(Process):
    """The Chime simulator, the registry's table and the issuer of `cargo run -p local`, without its HTTP front."""

    def __init__(
        self,
        bind: str = "127.0.0.1",
        options: tuple = ("--simulator-only",),
        port: int | None = None,
        variables: dict[str, str] | None = None,
    ):
        self.simulator, self.issuer, self.registry = free_port(), free_port(), free_port()
        ports = ["--simulator-port", self.simulator, "--issuer-port", self.issuer, "--registry-port", self.registry]
        command = [LOCAL, *ports, "--bind", bind, *options]
        super().__init__(command, port or self.simulator, os.environ | (variables or {}), bind)

    @property
    def chime_url(self) -> str:
        """The endpoint at which the simulator plays Chime."""
        return f"http://{self.host}:{self.simulator}"

    @property
    def registry_url(self) -> str:
        """The endpoint of the DynamoDB with the registry's table."""
        return f"http://{self.host}:{self.registry}"

    def simulator_get(self, path: str) -> list[dict]:
        """Asks the simulator for one of its own paths."""
        return json.loads(get(self.chime_url + path)[1])

    def simulator_post(self, path: str, body: dict) -> None:
        """Sends the simulator a request of its own that has to succeed."""
        data = json.dumps(body).encode()
        status, answer = send(urllib.request.Request(self.chime_url + path, data, method="POST"))
        if status >= 300:
            raise ValueError(f"the simulator answers {status}: {answer.decode()}")

    def requests(self) -> list[dict]:
        """Returns every request that the simulator received since its last reset."""
        return self.simulator_get("/simulator/requests")

    def meetings(self) -> list[dict]:
        """Returns every meeting that exists."""
        return self.simulator_get("/simulator/meetings")

    def arm(self, **fault: object) -> None:
        """Arms a fault of the simulator for coming requests."""
        self.simulator_post("/simulator/faults", fault)

    def reset(self) -> None:
        """Removes requests, meetings and faults from the simulator."""
        send(urllib.request.Request(f"{self.chime_url}/simulator/state", method="DELETE"))

    def add_sample_meeting(self) -> None:
        """Adds the meeting that the sample events name to the simulator."""
        send(urllib.request.Request(f"{self.chime_url}/simulator/sample-meeting", method="POST"))

    def token(self, **identity: str) -> str:
        """Fetches a token for a tenant and its groups from the issuer."""
        query = urllib.parse.urlencode(identity)
        return get(f"http://{self.host}:{self.issuer}/token?{query}")[1].decode().strip()


class LocalGateway(LocalServices):
    """All of `cargo run -p local`: the services, and the gateway in bearer mode behind its HTTP front."""

    def __init__(self, options: tuple = (), variables: dict[str, str] | None = None):
        port = free_port()
        super().__init__(options=("--port", port, *options), port=port, variables=variables)

    @property
    def url(self) -> str:
        """The gateway's endpoint."""
        return f"http://{self.host}:{self.port}"

    def post(self, path: str, token: str, body: dict | None = None) -> dict:
        """Sends the gateway a creation that has to succeed; returns the answer."""
        return self.request("POST", path, token, body)

    def request(self, method: str, path: str, token: str, body: dict | None = None) -> dict:
        """Sends the gateway a request that has to succeed; returns the answer, empty where it has no body."""
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": "application/json"} if body else {})
        data = json.dumps(body).encode() if body else None
        status, answer = send(urllib.request.Request(self.url + path, data, headers, method=method))
        if status >= 300:
            raise ValueError(f"the gateway answers {status}: {answer.decode()}")
        return json.loads(answer or b"{}")
