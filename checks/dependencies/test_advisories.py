"""The advisories step against databases made here: git is told to take them for RustSec's."""

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
    """A database with one advisory, for every version of that crate."""
    file = folder / "crates" / crate / "RUSTSEC-2099-0001.md"
    file.parent.mkdir(parents=True)
    file.write_text(ADVISORY.format(crate=crate))
    git(folder, "init", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--message", "one advisory")
    return folder


def outcome(work: Path, source: Path) -> int:
    """What the step makes of that database. The copies of the user's own databases are left alone."""
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


def test_advisory_of_a_deployed_crate_fails(tmp_path: Path) -> None:
    assert outcome(tmp_path, database(tmp_path / "db", "fastrand")) == Outcome.FAILED


def test_advisory_of_a_crate_outside_the_tree_passes(tmp_path: Path) -> None:
    assert outcome(tmp_path, database(tmp_path / "db", "openssl-sys")) == Outcome.PASSED


def test_database_that_cannot_be_fetched_is_not_run(tmp_path: Path) -> None:
    assert outcome(tmp_path, tmp_path / "nothing-here") == Outcome.NOT_RUN


def test_database_that_cannot_be_read_fails(tmp_path: Path) -> None:
    folder = database(tmp_path / "db", "fastrand")
    git(folder, "mv", "crates", "elsewhere")
    git(folder, "commit", "--message", "without the folder of crates")
    assert outcome(tmp_path, folder) == Outcome.FAILED
