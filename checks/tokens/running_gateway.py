"""Requests over HTTP, with tokens of a real issuer, to a running gateway."""

import contextlib
import json
import os
import shlex
import subprocess
import time
import urllib.error
import urllib.request
import uuid


def add_options(parser) -> None:
    parser.add_argument("--gateway", metavar="URL", help="also send POST /meetings to this gateway")
    parser.add_argument(
        "--gateway-command",
        metavar="COMMAND",
        help="start the gateway with this command and the bearer settings in its environment; "
        "without it, the gateway must run with them already",
    )


@contextlib.contextmanager
def started(command: str | None, url: str, settings: dict[str, str]):
    """Runs the command with these settings until the block ends; waits until the URL answers."""
    print("settings:", json.dumps(settings))
    if command is None:
        yield
        return
    process = subprocess.Popen(shlex.split(command), env={**os.environ, **settings})
    try:
        deadline = time.monotonic() + 60
        while True:
            if process.poll() is not None:
                raise SystemExit(f"the gateway ended with {process.returncode} before it answered")
            if time.monotonic() > deadline:
                raise SystemExit("the gateway did not answer within a minute")
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                try:
                    urllib.request.urlopen(url, timeout=5).close()
                except urllib.error.HTTPError as error:
                    error.close()
                break
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def create_meeting(url: str, token: str) -> tuple[int, str | None]:
    """Sends POST /meetings with that token; returns the status and the header WWW-Authenticate."""
    body = json.dumps({"ExternalMeetingId": f"token-check-{uuid.uuid4()}"}).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    request = urllib.request.Request(f"{url.rstrip('/')}/meetings", data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("www-authenticate")


def check(url: str, name: str, token: str, altered: list[str]) -> None:
    """Checks that the token creates a meeting and that each altered one gets 401."""
    status, _ = create_meeting(url, token)
    assert status == 201, f"{name}: the issuer's token got {status}"
    for forged in altered:
        status, challenge = create_meeting(url, forged)
        assert status == 401 and 'error="invalid_token"' in (challenge or ""), (
            f"{name}: {status} {challenge} for {forged}"
        )
    print(f"{name}: the running gateway answered 201, and 401 to {len(altered)} altered tokens")
