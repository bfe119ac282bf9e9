"""The settings that the gateway reads, from `cargo run -p local -- --list-settings`."""

import subprocess
from dataclasses import dataclass

from deployed_stack import REPOSITORY

# Variables that Lambda sets for every function, and that a stack cannot set.
SET_BY_LAMBDA = {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_LOG_LEVEL"}


@dataclass(frozen=True)
class Setting:
    """An environment variable that the function reads."""

    name: str
    required: bool
    # Whether only bearer mode reads it.
    bearer: bool

    def required_in(self, auth_mode: str) -> bool:
        """Whether the function does not start without it in this authentication mode."""
        return self.required and (auth_mode == "bearer" or not self.bearer)


def known_settings() -> list[Setting]:
    """Returns every setting that the gateway reads and a stack can set."""
    command = ["cargo", "run", "--quiet", "--package", "local", "--", "--list-settings"]
    listed = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True).stdout
    settings = []
    for line in listed.splitlines():
        name, requirement, *mode = line.split()
        if requirement not in ("required", "optional") or mode not in ([], ["bearer"]):
            raise ValueError(f"unknown line of `--list-settings`: {line}")
        settings.append(Setting(name, requirement == "required", mode == ["bearer"]))
    if not settings:
        raise ValueError("`--list-settings` printed nothing")
    return [setting for setting in settings if setting.name not in SET_BY_LAMBDA]
