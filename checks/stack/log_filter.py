"""CloudWatch Logs' filter patterns for JSON lines, the part that the template uses; anything else is an error."""

import json
import operator
import re

TOKEN = re.compile(r'\s*(\(|\)|&&|\|\||NOT EXISTS|<=|>=|!=|=|<|>|"[^"]*"|\$\.\w+|\d+)')
COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(pattern: str, line: str) -> bool:
    """Whether the pattern matches the line."""
    inside = re.fullmatch(r"\{(.*)\}", pattern.strip())
    if not inside:
        raise ValueError(f"not a pattern for JSON: {pattern}")
    try:
        members = json.loads(line)
    except ValueError:
        return False
    if not isinstance(members, dict):
        return False
    tokens = _tokens(inside[1])
    matched = _either(tokens, members)
    if tokens:
        raise ValueError(f"unsupported: {tokens}")
    return matched


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while text[position:].strip():
        token = TOKEN.match(text, position)
        if not token:
            raise ValueError(f"unsupported: {text[position:]}")
        tokens.append(token[1])
        position = token.end()
    return tokens


def _either(tokens: list[str], members: dict) -> bool:
    matched = _both(tokens, members)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        matched = _both(tokens, members) or matched
    return matched


def _both(tokens: list[str], members: dict) -> bool:
    matched = _condition(tokens, members)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        matched = _condition(tokens, members) and matched
    return matched


def _condition(tokens: list[str], members: dict) -> bool:
    if tokens[0] == "(":
        tokens.pop(0)
        matched = _either(tokens, members)
        if tokens.pop(0) != ")":
            raise ValueError("a parenthesis is not closed")
        return matched
    name = tokens.pop(0).removeprefix("$.")
    comparison = tokens.pop(0)
    if comparison == "NOT EXISTS":
        return name not in members
    expected = json.loads(tokens.pop(0))
    actual = members.get(name)
    # A member of another type than the pattern's value never matches: "429" is not 429.
    return type(actual) is type(expected) and COMPARISONS[comparison](actual, expected)
