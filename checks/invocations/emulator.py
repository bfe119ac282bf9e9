"""Lambda's runtime interface emulator, of SAM's package, with a built function in it."""

import os
import platform
import urllib.request
from pathlib import Path

from processes import REPOSITORY, Process, free_port, send
from template_values import properties

INVOCATION = "/2015-03-31/functions/function/invocations"


def emulator() -> Path:
    """Finds the emulator that `sam local invoke` uses. Programs of other environments than SAM's use it too."""
    name = "aws-lambda-rie-arm64" if platform.machine() in ("aarch64", "arm64") else "aws-lambda-rie-x86_64"
    pattern = f"lib/python*/site-packages/samcli/local/rapid/{name}"
    found = list((REPOSITORY / ".tools" / "venv").glob(pattern))
    if not found:
        raise FileNotFoundError(f"no {name} below .tools/venv: run checks/run tools")
    return found[0]


class Emulator(Process):
    """A built function under Lambda's runtime interface emulator, with Lambda's variables and others."""

    def __init__(self, binary: Path, variables: dict[str, str], function: str = "GatewayFunction"):
        port, runtime_port = free_port(), free_port()
        command = [
            emulator(),
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
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(properties(function)["Timeout"]),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        }
        super().__init__(command, port, platform_variables | variables)

    def invoke(self, event: bytes) -> tuple[int, bytes]:
        """Returns the emulator's status and the function's answer.

        The emulator also answers 200 for a function's errors and timeouts; the body tells them apart.
        """
        url = f"http://127.0.0.1:{self.port}{INVOCATION}"
        return send(urllib.request.Request(url, data=event, method="POST"))
