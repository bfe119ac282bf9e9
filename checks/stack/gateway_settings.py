"""The settings that the gateway's code reads, as the code itself lists them."""

import subprocess
from dataclasses import dataclass

from deployed_stack import REPOSITORY

# What Lambda itself puts into every function's environment, and does not let a stack set.
SET_BY_LAMBDA = {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_LOG_LEVEL"}


@dataclass(frozen=True)
class Setting:
    """An environment variable of the function."""

    name: str
    required: bool
    # Whether it is read in bearer mode only.
    bearer: bool

    def required_in(self, auth_mode: str) -> bool:
        """Whether the function refuses to start without it in this mode of authentication."""
        return self.required and (auth_mode == "bearer" or not self.bearer)


def known_settings() -> list[Setting]:
    """Every setting that the code reads and the stack may set."""
    command = ["cargo", "run", "--quiet", "--package", "local", "--", "--list-settings"]
    listed = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True).stdout
    settings = []
    for line in listed.splitlines():
        name, requirement, *mode = line.split()
        if requirement not in ("required", "optional") or mode not in ([], ["bearer"]):
            raise ValueError(f"`--list-settings` says what is not understood here: {line}")
        settings.append(Setting(name, requirement == "required", mode == ["bearer"]))
    if not settings:
        raise ValueError("`--list-settings` lists nothing")
    return [setting for setting in settings if setting.name not in SET_BY_LAMBDA]
