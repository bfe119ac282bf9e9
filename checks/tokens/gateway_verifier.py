"""Verifies tokens with the gateway's own verifier: the program `verify_tokens`, over a pipe."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def program() -> str:
    """The built program. VERIFY_TOKENS names another build of it."""
    return os.environ.get("VERIFY_TOKENS") or str(REPOSITORY / "target/debug/verify_tokens")


def verify(
    headers: list[str], *, issuer: str, audiences: list[str], jwks: dict, now: int, **settings: str
) -> list[dict]:
    """Verifies each value of the Authorization header with tokens of one issuer; `settings` are further settings."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "jwks.json"
        keys.write_text(json.dumps(jwks))
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "JWT_ISSUER": issuer,
            "JWT_AUDIENCE": ",".join(audiences),
            "JWKS_FILE": str(keys),
            "NOW": str(now),
            **settings,
        }
        lines = "".join(json.dumps(header) + "\n" for header in headers)
        done = subprocess.run([program()], input=lines, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"verify_tokens failed: {done.stderr}")
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(headers), f"{len(headers)} tokens, {len(verdicts)} verdicts"
    return verdicts
