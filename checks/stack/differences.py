"""Comparing parts of a stack with what is expected of them."""

import json


def differs(what: str, actual, expected) -> list[str]:
    """Returns a fault when the actual value is not the expected one."""
    if actual == expected:
        return []
    return [f"{what} is {json.dumps(actual, default=str)}, not {json.dumps(expected, default=str)}"]


def normal(statement: dict) -> dict:
    """Returns a statement of a policy without its name, its actions as a sorted list."""
    actions = statement.get("Action", [])
    body = {name: member for name, member in statement.items() if name != "Sid"}
    return body | {"Action": sorted([actions] if isinstance(actions, str) else actions)}
