"""Runs `cargo deny check advisories` and tells an advisory from a database that is unreachable.

    advisories.py CARGO_DENY [OPTION ...]

The options go to cargo-deny, in front of `check`. Exit status: 0 without advisories, 75 (EX_TEMPFAIL) when the
database can't be fetched, 1 for an advisory and for any other failure.
"""

import json
import subprocess
import sys
from enum import IntEnum

# The start of cargo-deny 0.20's message when git is missing or can't fetch the database.
NOT_FETCHED = "failed to fetch advisory database"


class Outcome(IntEnum):
    PASSED = 0
    FAILED = 1
    NOT_RUN = 75


def records(output: str) -> list[dict]:
    """Parses the JSON objects of the output, one a line; skips cargo's own lines."""
    found = []
    for line in output.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            found.append(record)
    return found


def outcome_of(status: int, output: str) -> tuple[Outcome, str]:
    """Returns the outcome of a run, and a line that says why.

    cargo-deny writes a summary only after the check ran. Without one, only a failed fetch counts as "not run".
    """
    found = records(output)
    if any(record.get("type") == "summary" for record in found):
        return (Outcome.FAILED, "advisories, or an error in a crate") if status else (Outcome.PASSED, "no advisory")
    messages = [record.get("fields", {}).get("message", "") for record in found if record.get("type") == "log"]
    for message in messages:
        if message.startswith(NOT_FETCHED):
            return Outcome.NOT_RUN, "the advisory database can't be fetched"
    return Outcome.FAILED, f"cargo-deny ended with status {status} before it checked anything"


def main(arguments: list[str]) -> int:
    command = [*arguments, "--format", "json", "check", "advisories"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    print(output, end="")
    outcome, why = outcome_of(done.returncode, output)
    print(why, flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
