"""CloudWatch Logs Insights' query language, the part that the template uses; anything else is an error."""

import json
import operator
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|[A-Za-z_@][\w.@]*|\d+|<=|>=|!=|[=<>()\[\],*-])""")
COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WORDS = {"and", "or", "not", "in", "as", "by", "asc", "desc"}


class QueryError(Exception):
    """A query that this module does not understand, or that would give a doubtful result."""


@dataclass
class Query:
    """A query: `run` evaluates it on lines, `fields` lists the members of lines that it names."""

    text: str
    commands: list = field(init=False)

    def __post_init__(self):
        self.commands = [Command(part.strip()) for part in self.text.split("|")]
        names = [command.name for command in self.commands]
        if names.count("sort") != 1 or names[-1] != "limit":
            # Without them Insights shows the newest 10,000 lines, or groups in no order.
            raise QueryError("a query ends with `sort` and `limit`")

    def fields(self) -> set[str]:
        """Returns the members of lines that the query names, without those that it makes itself."""
        made = {name for command in self.commands for name in command.made}
        return {name for command in self.commands for name in command.read} - made

    def run(self, lines: list[dict]) -> list[dict]:
        """Returns the rows that the query finds in the lines; a member of an object has the name `object.member`."""
        rows = [flat(line) for line in lines]
        for command in self.commands:
            rows = command.run(rows)
        return rows


def flat(line: dict, before: str = "") -> dict:
    """Returns the members of a line by the names that Insights gives them, without nulls and lists."""
    found = {}
    for name, value in line.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")
        elif value is not None and not isinstance(value, list):
            found[before + name] = value
    return found


class Command:
    """One command of a query. Parsing it fills `read` and `made`, the names that it reads and makes."""

    def __init__(self, text: str):
        self.name, _, rest = text.partition(" ")
        self.read, self.made = set(), set()
        self.tokens = _tokens(rest)
        parse = getattr(self, f"_parse_{self.name}", None)
        if not parse:
            raise QueryError(f"unsupported command: {text}")
        self.run = parse()
        if self.tokens:
            raise QueryError(f"unsupported in `{self.name}`: {' '.join(self.tokens)}")

    # ---- commands

    def _parse_fields(self):
        shown = dict([self._named_value()])
        while self._take(","):
            shown.update([self._named_value()])

        def run(rows):
            # A row keeps its other members, for the commands that follow.
            values = [{name: value(row) for name, value in shown.items()} for row in rows]
            return [row | flat(shown_values) for row, shown_values in zip(rows, values, strict=True)]

        return run

    def _parse_filter(self):
        condition = self._either()
        return lambda rows: [row for row in rows if condition(row)]

    def _parse_stats(self):
        for token in ("count", "(", "*", ")", "as"):
            self._expect(token)
        count = self._name()
        self.made.add(count)
        self._expect("by")
        keys = [self._field()]
        while self._take(","):
            keys.append(self._field())

        def run(rows):
            groups = {}
            for row in rows:
                group = tuple((key, row[key]) for key in keys if key in row)
                groups[group] = groups.get(group, 0) + 1
            return [dict(group) | {count: number} for group, number in groups.items()]

        return run

    def _parse_sort(self):
        key = self._field()
        order = self._next()
        if order not in ("asc", "desc"):
            raise QueryError(f"unsupported order: {order}")
        # Lines outside CloudWatch have no @timestamp; they are in order already.
        return lambda rows: sorted(rows, key=lambda row: row.get(key) or 0, reverse=order == "desc")

    def _parse_limit(self):
        number = int(self._next())
        if not 1 <= number <= 10_000:
            raise QueryError(f"a limit of {number}")
        return lambda rows: rows[:number]

    # ---- conditions

    def _either(self):
        first = self._both()
        if not self._take("or"):
            return first
        second = self._either()
        return lambda row: first(row) or second(row)

    def _both(self):
        first = self._condition()
        if not self._take("and"):
            return first
        second = self._both()
        return lambda row: first(row) and second(row)

    def _condition(self):
        if self._take("("):
            inside = self._either()
            self._expect(")")
            return inside
        if self._take("ispresent"):
            self._expect("(")
            present = self._field()
            self._expect(")")
            return lambda row: present in row
        name = self._field()
        if self._take("not"):
            self._expect("in")
            choices = self._choices()
            return lambda row: _present(row, name) not in choices
        if self._take("in"):
            choices = self._choices()
            return lambda row: row.get(name) in choices
        sign = self._next()
        if sign not in COMPARISONS:
            raise QueryError(f"unsupported comparison: {sign}")
        expected = self._literal()
        if sign == "!=":
            return lambda row: _present(row, name) != expected
        return lambda row: name in row and COMPARISONS[sign](row[name], expected)

    def _choices(self) -> list:
        self._expect("[")
        choices = [self._literal()]
        while self._take(","):
            choices.append(self._literal())
        self._expect("]")
        return choices

    # ---- values

    def _named_value(self):
        first_token = self.tokens[0] if self.tokens else ""
        value = self._value()
        while self._take("-"):
            value = _difference(value, self._value())
        if self._take("as"):
            name = self._name()
            self.made.add(name)
            return name, value
        return first_token, value

    def _value(self):
        name = self._field()
        return lambda row: row.get(name)

    def _literal(self):
        token = self._next()
        if not (token.isdigit() or token.startswith('"')):
            raise QueryError(f"not a value: {token}")
        return json.loads(token)

    def _field(self) -> str:
        name = self._name()
        self.read.add(name)
        return name

    def _name(self) -> str:
        name = self._next()
        if name in WORDS or not re.match(r"[A-Za-z_@]", name):
            raise QueryError(f"not a name: {name}")
        return name

    # ---- tokens

    def _next(self) -> str:
        if not self.tokens:
            raise QueryError(f"`{self.name}` ends too early")
        return self.tokens.pop(0)

    def _take(self, token: str) -> bool:
        if self.tokens[:1] != [token]:
            return False
        self.tokens.pop(0)
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise QueryError(f"`{self.name}` lacks {token!r} before {' '.join(self.tokens) or 'its end'}")


def _present(row: dict, name: str):
    if name not in row:
        raise QueryError(f"whether a line without {name} is different is documented nowhere; ask `ispresent` first")
    return row[name]


def _difference(minuend, subtrahend):
    def value(row):
        first, second = minuend(row), subtrahend(row)
        return None if first is None or second is None else first - second

    return value


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while text[position:].strip():
        token = TOKEN.match(text, position)
        if not token:
            raise QueryError(f"unsupported: {text[position:]}")
        tokens.append(token[1])
        position = token.end()
    return tokens
