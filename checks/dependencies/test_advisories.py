"""The advisories step against databases made here, which git uses in place of RustSec's."""

import os
import subprocess
import sys
from pathlib import Path

from advisories import Outcome

REPOSITORY = Path(__file__).resolve().parents[2]
CARGO_DENY = REPOSITORY / ".tools" / "cargo" / "bin" / "cargo-deny"
RUSTSEC = "https://github.com/RustSec/advisory-db"
ADVISORY = """```toml
[advisory]
id = "RUSTSEC-2099-0001"
package = "{crate}"
date = "2099-01-01"

[versions]
patched = []
```

# An advisory of the test
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True)


def database(folder: Path, crate: str) -> Path:
    """Makes a database with one advisory, for every version of that crate."""
    file = folder / "crates" / crate / "RUSTSEC-2099-0001.md"
    file.parent.mkdir(parents=True)
    file.write_text(ADVISORY.format(crate=crate))
    git(folder, "init", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--message", "one advisory")
    return folder


def outcome(work: Path, source: Path) -> int:
    """Runs the step with that database. Does not touch the user's own copies of databases."""
    config = work / "deny.toml"
    config.write_text((REPOSITORY / "deny.toml").read_text() + f'\n[advisories]\ndb-path = "{work / "copies"}"\n')
    redirection = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{source}.insteadOf",
        "GIT_CONFIG_VALUE_0": RUSTSEC,
    }
    step = [
        sys.executable,
        Path(__file__).with_name("advisories.py"),
        CARGO_DENY,
        "--config",
        config,
        "--exclude",
        "local",
    ]
    return subprocess.run(step, cwd=REPOSITORY, env=os.environ | redirection, check=False).returncode


def test_fails_for_an_advisory_of_a_deployed_crate(tmp_path: Path) -> None:
    assert outcome(tmp_path, database(tmp_path / "db", "fastrand")) == Outcome.FAILED


def test_passes_for_an_advisory_of_another_crate(tmp_path: Path) -> None:
    assert outcome(tmp_path, database(tmp_path / "db", "openssl-sys")) == Outcome.PASSED


def test_is_not_run_when_the_database_cannot_be_fetched(tmp_path: Path) -> None:
    assert outcome(tmp_path, tmp_path / "nothing-here") == Outcome.NOT_RUN


def test_fails_when_the_database_cannot_be_read(tmp_path: Path) -> None:
    folder = database(tmp_path / "db", "fastrand")
    git(folder, "mv", "crates", "elsewhere")
    git(folder, "commit", "--message", "without the folder of crates")
    assert outcome(tmp_path, folder) == Outcome.FAILED
