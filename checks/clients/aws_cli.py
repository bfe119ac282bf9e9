"""The AWS CLI as a client of the gateway, as a process."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import botocore
from processes import LocalGateway
from seen import Seen

AWS = Path(sys.executable).with_name("aws")
ERROR = re.compile(r"An error occurred \((\w+)\) when calling the (\w+) operation[^:]*: (.+)")


def environment(gateway: LocalGateway, token: str, folder: Path) -> dict[str, str]:
    """Returns the variables for the CLI: no credentials, a folder with the plugin, and its configuration."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        "GATEWAY_URL": gateway.url,
        "PATH": f"{AWS.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "TOKEN": token,
    }


def run(variables: dict[str, str], operation: str, values: dict, *options: str) -> subprocess.CompletedProcess:
    """Runs the command of an operation with its members as JSON."""
    command = botocore.xform_name(operation, "-")
    common = ["--no-sign-request", "--endpoint-url", variables["GATEWAY_URL"], "--region", "eu-central-1"]
    words = [AWS, "chime-sdk-meetings", command, *common, "--cli-input-json", json.dumps(values), *options]
    return subprocess.run(words, env=variables, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def call(variables: dict[str, str], operation: str, values: dict, *options: str) -> dict:
    """Runs an operation that has to succeed; returns what it prints."""
    done = run(variables, operation, values, *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else {}


def refused(variables: dict[str, str], operation: str, values: dict) -> Seen:
    """Runs an operation; returns what the CLI says of its failure: the exception's name and a message."""
    done = run(variables, operation, values)
    said = ERROR.search(done.stderr)
    if not said:
        return Seen(f"exit status {done.returncode}: {done.stderr.strip()}", None, None)
    assert done.returncode == 255, done.stderr
    assert said[2] == operation
    return Seen(said[1], None, None)
