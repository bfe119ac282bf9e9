"""The AWS CLI, and waiting for what arrives later."""

import json
import subprocess
import sys
import time


class AwsError(Exception):
    """A command of the AWS CLI failed; the text names the command and has the CLI's message."""


class Aws:
    """The AWS CLI in one region."""

    def __init__(self, region: str, hint: str = ""):
        self.command = ["aws", "--region", region, "--output", "json"]
        self.hint = hint

    def ask(self, *arguments: str) -> dict:
        """Runs the AWS CLI and parses its answer."""
        process = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=False)
        if process.returncode:
            raise AwsError(f"aws {' '.join(arguments[:2])}: {process.stderr.strip()}")
        return json.loads(process.stdout) if process.stdout.strip() else {}

    def must(self, *arguments: str) -> dict:
        """The same, but exits with the CLI's message: the rest needs the answer."""
        try:
            return self.ask(*arguments)
        except AwsError as error:
            sys.exit(f"{error}\n{self.hint}".strip())


class Patience:
    """How long to wait for something that arrives later."""

    INTERVAL_SECONDS = 10

    def __init__(self, seconds: int):
        self.seconds = seconds

    def attempts(self):
        """Yields once, and again every ten seconds while there is time."""
        end = time.monotonic() + self.seconds
        yield
        while time.monotonic() < end:
            time.sleep(min(self.INTERVAL_SECONDS, max(0, end - time.monotonic())))
            yield
