"""Sums as a page writes them, such as `2 × 0.2 = 0.4`."""

import ast
import operator
import re

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
# What stands before `=` begins with a number or a parenthesis and has nothing but numbers and signs.
SUM = re.compile(rf"([\d(][\d,.() ×/+−]*) = ({NUMBER})")
OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def prose(page: str) -> str:
    """Returns a page in Markdown without its code, each paragraph, row and item in one line."""
    text = re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL))
    return re.sub(r"(?<!\n)\n(?!\n|[|#]|- |\d{1,2}\. ) *", " ", text)


def number(text: str) -> float:
    """Reads a number that has commas between its thousands."""
    if not re.fullmatch(NUMBER, text):
        raise ValueError(f"{text} is no number")
    return float(text.replace(",", ""))


def value(expression: str) -> float:
    """Computes what stands before `=`."""
    python = re.sub(NUMBER, lambda found: found.group().replace(",", ""), expression)
    return _value(ast.parse(python.translate(str.maketrans("×−", "*-")).strip(), mode="eval").body)


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.BinOp):
        return OPERATIONS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    raise SyntaxError("neither a number nor a sum of two")


def is_rounded(exact: float, shown: str) -> bool:
    """Says whether a number is another, rounded to the digits that it shows."""
    decimals = len(shown.partition(".")[2])
    return abs(exact - number(shown)) <= 0.5 * 10**-decimals + 1e-9 * abs(exact)


def wrong_sums(page: str) -> list[str]:
    """Returns the sums of a page that are wrong, and each `=` that belongs to no sum that can be read."""
    wrong = []
    for line in prose(page).splitlines():
        found = SUM.findall(line)
        if len(found) != line.count("="):
            wrong.append(f"not each `=` is a sum: {line}")
        for expression, shown in found:
            try:
                exact = value(expression)
            except SyntaxError:
                wrong.append(f"no sum: {expression} = {shown}")
                continue
            if not is_rounded(exact, shown):
                wrong.append(f"{expression} = {shown}, but it is {exact:.6g}")
    return wrong
