"""What IAM decides of a call, by a role's own policies: the part of IAM's language that this template uses.

"Policy evaluation logic" and "IAM JSON policy elements: Condition operators" in IAM's guide. Anything else is an error.
"""

import re
from dataclasses import dataclass, field

from deployed_stack import DeployedStack


class PolicyError(Exception):
    """A policy has something that this evaluation does not know."""


@dataclass(frozen=True)
class Call:
    """A call of AWS: the action, the resource's ARN, and what the service tells IAM beside them."""

    action: str
    resource: str = "*"
    # Values by condition key. One key can have several values, as the leading keys of a request for several items.
    context: dict[str, list[str]] = field(default_factory=dict)


def allows(stack: DeployedStack, role: str, call: Call) -> bool:
    """Whether a role's policies allow a call. Without a statement that allows it, it is denied."""
    statements = [
        statement
        for policy in stack.properties(role).get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    if unknown := [s for s in statements if s.keys() - {"Sid", "Effect", "Action", "Resource", "Condition"}]:
        raise PolicyError(f"unknown members: {unknown}")
    matching = [statement["Effect"] for statement in statements if _applies(statement, call)]
    return "Allow" in matching and "Deny" not in matching


def _applies(statement: dict, call: Call) -> bool:
    # Names of actions are compared without case.
    actions = [action.lower() for action in _list(statement["Action"])]
    return (
        any(_like(call.action.lower(), action) for action in actions)
        and any(_like(call.resource, resource) for resource in _list(statement["Resource"]))
        and all(
            _holds(operator, wanted, call.context.get(key))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, wanted: str | list[str], actual: list[str] | None) -> bool:
    values = _list(wanted)
    if operator == "StringEquals":
        return actual is not None and all(value in values for value in actual)
    if operator == "StringEqualsIfExists":
        return actual is None or all(value in values for value in actual)
    if operator == "ForAllValues:StringLike":
        # Also of a request that has none.
        return all(any(_like(value, pattern) for pattern in values) for value in actual or [])
    raise PolicyError(f"unknown condition: {operator}")


def _like(value: str, pattern: str) -> bool:
    """Whether a value fits a pattern, in which `*` is any text and `?` any character."""
    parts = {"*": ".*", "?": "."}
    return re.fullmatch("".join(parts.get(sign, re.escape(sign)) for sign in pattern), value, re.DOTALL) is not None


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
