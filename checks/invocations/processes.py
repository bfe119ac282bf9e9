"""The processes that an invocation of the built function needs: the Lambda emulator, the Chime simulator, the issuer."""

import json
import os
import platform
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import samcli
from samcli.yamlhelper import yaml_parse

REPOSITORY = Path(__file__).resolve().parents[2]
# SAM's emulator, the one inside `sam local invoke`, comes with SAM as a program of its own.
EMULATOR = (
    Path(samcli.__file__).parent
    / "local"
    / "rapid"
    / ("aws-lambda-rie-arm64" if platform.machine() in ("aarch64", "arm64") else "aws-lambda-rie-x86_64")
)
INVOCATION = "/2015-03-31/functions/function/invocations"
START_SECONDS = 20


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def function_timeout() -> int:
    """The function's timeout in seconds, as the template sets it."""
    return yaml_parse((REPOSITORY / "template.yaml").read_text())["Resources"]["GatewayFunction"]["Properties"][
        "Timeout"
    ]


def get(url: str) -> tuple[int, bytes]:
    """A GET request's status and body; an error status is an answer like any other."""
    return send(urllib.request.Request(url))


def send(request: urllib.request.Request, seconds: float = 40) -> tuple[int, bytes]:
    """A request's status and body."""
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Process:
    """A process that listens on a port, from its start until the `with` block ends."""

    def __init__(self, command: list, port: int, variables: dict[str, str], host: str = "127.0.0.1"):
        self.command = [str(word) for word in command]
        self.host, self.port = host, port
        self.variables = variables
        self.log = tempfile.TemporaryFile(mode="w+")
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
        raise RuntimeError(f"{self.command[0]} does not listen on {self.port}:\n{output}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def output(self) -> str:
        """What the process has printed so far."""
        self.log.seek(0)
        return self.log.read()


class Emulator(Process):
    """The built function under Lambda's runtime interface emulator, with nothing in its environment but `variables`."""

    def __init__(self, binary: Path, variables: dict[str, str]):
        port, runtime_port = free_port(), free_port()
        command = [
            EMULATOR,
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{port}",
            "--runtime-api-address",
            f"127.0.0.1:{runtime_port}",
            binary,
        ]
        platform_variables = {
            "PATH": os.environ["PATH"],
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function_timeout()),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        }
        super().__init__(command, port, platform_variables | variables)

    def invoke(self, event: bytes) -> tuple[int, bytes]:
        """The emulator's own status, and what the function answered.

        The emulator answers 200 for a function's errors and timeouts too: what it says tells, not the status.
        """
        url = f"http://127.0.0.1:{self.port}{INVOCATION}"
        return send(urllib.request.Request(url, data=event, method="POST"))


class LocalServices(Process):
    """The Chime simulator and the token issuer of `cargo run -p local`, without its HTTP front."""

    def __init__(self, bind: str = "127.0.0.1", options: tuple = ("--simulator-only",), port: int | None = None):
        self.simulator, self.issuer = free_port(), free_port()
        ports = ["--simulator-port", self.simulator, "--issuer-port", self.issuer, "--bind", bind]
        command = [REPOSITORY / "target" / "debug" / "local", *ports, *options]
        super().__init__(command, port or self.simulator, dict(os.environ), bind)

    @property
    def chime_url(self) -> str:
        """Where the simulator answers as Chime."""
        return f"http://{self.host}:{self.simulator}"

    def requests(self) -> list[dict]:
        """Every request that the simulator has had since it was last reset."""
        return json.loads(get(f"{self.chime_url}/simulator/requests")[1])

    def meetings(self) -> list[dict]:
        """Every meeting that exists."""
        return json.loads(get(f"{self.chime_url}/simulator/meetings")[1])

    def reset(self) -> None:
        """Forgets requests and meetings."""
        send(urllib.request.Request(f"{self.chime_url}/simulator/state", method="DELETE"))

    def token(self, **identity: str) -> str:
        """A token of the issuer's for a tenant and its groups."""
        query = urllib.parse.urlencode(identity)
        return get(f"http://{self.host}:{self.issuer}/token?{query}")[1].decode().strip()


class LocalGateway(LocalServices):
    """All of `cargo run -p local`: the services, and the gateway behind its HTTP front, in bearer mode."""

    def __init__(self):
        port = free_port()
        super().__init__(options=("--port", port), port=port)

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return f"http://{self.host}:{self.port}"
