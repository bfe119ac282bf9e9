"""The Lambda emulator, which runs the built function."""

import os
import platform
import urllib.request
from pathlib import Path

import samcli
from processes import REPOSITORY, Process, free_port, send
from samcli.yamlhelper import yaml_parse

# The emulator that `sam local invoke` uses.
EMULATOR = (
    Path(samcli.__file__).parent
    / "local"
    / "rapid"
    / ("aws-lambda-rie-arm64" if platform.machine() in ("aarch64", "arm64") else "aws-lambda-rie-x86_64")
)
INVOCATION = "/2015-03-31/functions/function/invocations"


def function_timeout() -> int:
    """Reads the function's timeout in seconds from the template."""
    return yaml_parse((REPOSITORY / "template.yaml").read_text())["Resources"]["GatewayFunction"]["Properties"][
        "Timeout"
    ]


class Emulator(Process):
    """The built function under Lambda's runtime interface emulator, with Lambda's variables and others."""

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
        """Returns the emulator's status and the function's answer.

        The emulator also answers 200 for a function's errors and timeouts; the body tells them apart.
        """
        url = f"http://127.0.0.1:{self.port}{INVOCATION}"
        return send(urllib.request.Request(url, data=event, method="POST"))
