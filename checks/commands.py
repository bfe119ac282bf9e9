"""Running the commands of a step, and how a step says that it failed or could not run."""

import os
import subprocess
from pathlib import Path

CHECKS = Path(__file__).resolve().parent
REPOSITORY = CHECKS.parent
TOOLS = REPOSITORY / ".tools"
# The exit status by which a program says that it could not check anything here (EX_TEMPFAIL of sysexits.h).
NOT_RUN = 75

ENVIRONMENT = os.environ | {
    "PATH": os.pathsep.join([str(TOOLS / "venv" / "bin"), os.environ.get("PATH", "")]),
    # SAM's linter and emulator need a region; any will do, since nothing is deployed.
    "AWS_DEFAULT_REGION": "us-east-1",
    "SAM_CLI_TELEMETRY": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    # Python keeps what it has compiled, in one folder, even where the environment says otherwise (an empty value): else
    # each of some hundred programs compiles all that it imports.
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(TOOLS / "bytecode"),
    "npm_config_update_notifier": "false",
}
# Project Wycheproof's vectors are not checked in. The tests read them where they are beside the repository.
WYCHEPROOF = REPOSITORY.parent / "shared" / "wycheproof"
if WYCHEPROOF.is_dir():
    ENVIRONMENT.setdefault("WYCHEPROOF", str(WYCHEPROOF))


class StepFailedError(Exception):
    """A command of a step failed; its output says why."""


class StepNotRunError(Exception):
    """A step needs something that this machine does not have; says what."""


def run(*command: str | Path, folder: Path = REPOSITORY, **variables: str) -> None:
    """Runs a command; the step fails when the command fails."""
    words = [str(word) for word in command]
    print("$", " ".join(words), flush=True)
    if subprocess.run(words, cwd=folder, env=ENVIRONMENT | variables, stdin=subprocess.DEVNULL, check=False).returncode:
        raise StepFailedError(" ".join(words))


def python(*arguments: str | Path, environment: str = "venv", **variables: str) -> None:
    """Runs Python in a virtual environment below .tools."""
    run(TOOLS / environment / "bin" / "python", *arguments, **variables)


def pytest(folder: Path, *options: str, environment: str = "venv") -> None:
    """Runs the tests of a folder of checks/."""
    configuration = ("--config-file", CHECKS / "pytest.ini", "--rootdir", CHECKS)
    python("-m", "pytest", *configuration, *options, folder, environment=environment)


def run_where_possible(what: str, *arguments: str | Path) -> None:
    """Runs a Python program whose exit status can be NOT_RUN; the last line of its output then says why."""
    command = [str(word) for word in (TOOLS / "venv" / "bin" / "python", *arguments)]
    print("$", *command, flush=True)
    done = subprocess.run(command, cwd=REPOSITORY, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode == NOT_RUN:
        raise StepNotRunError(done.stdout.strip().splitlines()[-1])
    if done.returncode:
        raise StepFailedError(what)
