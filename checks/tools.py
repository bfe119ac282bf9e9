"""Installs what the steps use, pinned, below .tools/ and node_modules/. Installs again when a pin changes."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands import CHECKS, TOOLS, run

CARGO_DENY = "0.20.2"
CARGO_FUZZ = "0.13.2"
CARGO_MUTANTS = "27.1.0"
# Installs the six environments in a tenth of the processor time that pip takes, and each package once.
UV = CHECKS / "uv-requirements.txt"

# Each virtual environment below .tools, and what it holds.
ENVIRONMENTS = {
    "venv": (CHECKS / "requirements.txt", CHECKS / "constraints.txt"),
    "checkov": (CHECKS / "checkov-requirements.txt", CHECKS / "checkov-constraints.txt"),
    "tokens": (CHECKS / "tokens" / "requirements.txt", CHECKS / "tokens" / "constraints.txt"),
    "api": (CHECKS / "api" / "requirements.txt", CHECKS / "api" / "constraints.txt"),
    "clients": (CHECKS / "clients" / "requirements.txt", CHECKS / "clients" / "constraints.txt"),
    "notifications": (CHECKS / "notifications" / "requirements.txt", CHECKS / "notifications" / "constraints.txt"),
}

NODE_FOLDERS = [CHECKS / folder for folder in ("frontend", "tokens", "api", "clients", "vendored")]


def install_tools() -> None:
    """Installs everything but the programs from crates.io, which the steps that use them install."""
    TOOLS.mkdir(exist_ok=True)
    install_uv()
    # Two at a time: they wait for the network as long as they compute. What takes longest begins first.
    with ThreadPoolExecutor(max_workers=2) as pool:
        installations = [
            *(pool.submit(install_virtual_environment, TOOLS / name, *files) for name, files in ENVIRONMENTS.items()),
            *(pool.submit(install_node_packages, folder) for folder in NODE_FOLDERS),
        ]
    for installation in installations:
        installation.result()


def install_uv() -> None:
    """Installs uv below .tools, with the pip of the Python that runs this."""
    folder = TOOLS / "uv"
    stamp, wanted = folder / "installed", hashlib.sha256(sys.version.encode() + UV.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    run(sys.executable, "-m", "venv", "--clear", folder)
    run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile", "--requirement", UV)
    stamp.write_text(wanted)


def install_virtual_environment(folder: Path, requirements: Path, constraints: Path) -> None:
    """Makes a virtual environment of a file of requirements and the constraints that it names."""
    content = UV.read_bytes() + sys.version.encode() + requirements.read_bytes() + constraints.read_bytes()
    stamp, wanted = folder / "installed", hashlib.sha256(content).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    uv, variables = TOOLS / "uv" / "bin" / "uv", uv_variables()
    run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder, **variables)
    python = folder / "bin" / "python"
    run(uv, "pip", "install", "--quiet", "--python", python, "--requirement", requirements, **variables)
    stamp.write_text(wanted)


def uv_variables() -> dict[str, str]:
    """Keeps uv's files below .tools, and lets it ask and trust whom pip would."""
    variables = {"UV_CACHE_DIR": str(TOOLS / "uv-cache"), "UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "true"}
    for theirs, ours in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_CERT", "SSL_CERT_FILE")):
        if theirs in os.environ:
            variables[ours] = os.environ[theirs]
    return variables


def install_node_packages(folder: Path) -> None:
    """Installs what a folder's package-lock.json names."""
    stamp = folder / "node_modules" / ".installed"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)
    stamp.write_text(wanted)


def install_cargo_deny() -> None:
    # Not optimised and without line numbers: it compiles in a quarter of the time, and a run still takes less than two
    # seconds.
    install_cargo_tool("cargo-deny", CARGO_DENY, "--debug", CARGO_PROFILE_DEV_DEBUG="0")


def install_cargo_tool(name: str, version: str, *options: str, **variables: str) -> Path:
    """Installs a program from crates.io below .tools, in that version, and returns its path."""
    program = TOOLS / "cargo" / "bin" / name
    if program.is_file():
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        if answer.stdout.split()[-1:] == [version]:
            return program
    where = ("--root", TOOLS / "cargo")
    run("cargo", "install", "--quiet", "--locked", *where, name, "--version", version, *options, **variables)
    return program
