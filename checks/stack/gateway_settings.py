"""The settings that the gateway reads and the routes of its operations, as the built `local` lists them."""

import subprocess
from dataclasses import dataclass
from functools import cache

from processes import LOCAL

# Variables that Lambda sets for every function, and that a stack cannot set.
SET_BY_LAMBDA = {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_LOG_LEVEL"}

# Operations that Chime does not have: the gateway asks it by others of the table.
GATEWAYS_OWN = {"Join", "JoinRoom", "GetRoom", "DeleteRoom"}


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


@cache
def known_settings(function: str = "gateway") -> list[Setting]:
    """Returns every setting that a function reads and a stack can set."""
    settings = []
    for line in _listed("settings", function):
        name, requirement, *mode = line.split()
        if requirement not in ("required", "optional") or mode not in ([], ["bearer"]):
            raise ValueError(f"unknown line of `settings`: {line}")
        settings.append(Setting(name, requirement == "required", mode == ["bearer"]))
    return [setting for setting in settings if setting.name not in SET_BY_LAMBDA]


@cache
def routes() -> dict[tuple[str, str], str]:
    """Returns every route of the API by path and method, with the name of its operation.

    Operations on one route differ in the query; the first gives the name.
    """
    named = {}
    for line in _listed("operations"):
        method, path, name, _right = line.split(maxsplit=3)
        named.setdefault((path.partition("?")[0], method), name)
    return named


@cache
def operation_names() -> set[str]:
    """Returns the name of every operation."""
    return {line.split(maxsplit=3)[2] for line in _listed("operations")}


@cache
def chime_actions() -> dict[str, bool]:
    """Returns the IAM action of each operation of Chime, and whether it creates meetings, which have no ARN yet."""
    of_chime = sorted(operation_names() - GATEWAYS_OWN)
    return {f"chime:{name}": name.startswith("CreateMeeting") for name in of_chime}


@cache
def _listed(*subcommand: str) -> list[str]:
    lines = subprocess.run([LOCAL, *subcommand], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    if not lines:
        raise ValueError(f"`{' '.join(subcommand)}` printed nothing")
    return lines
