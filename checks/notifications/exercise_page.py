"""The exercises of docs/operate.md: what their text says of a log, against the log."""

import json
import re
from dataclasses import dataclass

from log_query import Query
from processes import REPOSITORY
from template_values import properties

PAGE = REPOSITORY / "docs" / "operate.md"
# Those that count, by the names of their resources.
COUNTING_QUERIES = {
    "Answers by operation": "AnswersByOperation",
    "Attempts at events": "AttemptsAtEvents",
    "Who filled the quota": "WhoFilledTheQuota",
    "Who met the full quota": "WhoMetTheFullQuota",
}
# The cell of a member that a row has not.
EMPTY = "\N{EN DASH}"
TABLE = re.compile(r"[Qq]uery `([^`]+)`[^\n]*:\n\n((?:\|[^\n]*\n)+)")


@dataclass
class Night:
    """What a run left: the lines of both logs as text, and how many messages are in the dead-letter queue."""

    gateway: list[str]
    notifications: list[str]
    dead_letters: int

    @property
    def requests(self) -> list[dict]:
        """The lines of requests."""
        return [line for line in map(json.loads, self.gateway) if "outcome" in line]

    @property
    def events(self) -> list[dict]:
        """The lines of events."""
        messages = ("event handled", "event failed")
        return [line for line in map(json.loads, self.notifications) if line.get("message") in messages]


def run_query(title: str, night: Night) -> list[dict]:
    """Returns what a saved query finds in the logs that it searches."""
    query = properties(COUNTING_QUERIES[title])
    groups = {"GatewayLogGroup": night.gateway, "NotificationsLogGroup": night.notifications}
    return Query(query["QueryString"]).run(
        [json.loads(line) for name in query["LogGroupNames"] for line in groups[name]]
    )


def section_of(title: str, page: str) -> str:
    """Returns the text of an exercise."""
    _, heading, rest = page.partition(f"\n### {title}\n")
    if not heading:
        raise ValueError(f"{PAGE} has no exercise {title}")
    return re.split(r"^##+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def differences(text: str, night: Night) -> list[str]:
    """Returns what an exercise's text says that is not so in its logs."""
    tables, quoted = TABLE.findall(text), lines_quoted(text)
    found = [] if tables and quoted else ["the exercise shows no table or no line"]
    for title, table in tables:
        found += table_differences(title, cells(table), run_query(title, night))
    for line in quoted:
        pattern = re.compile(".*".join(re.escape(part) for part in line.split("…")))
        if not any(pattern.fullmatch(logged) for logged in (*night.gateway, *night.notifications)):
            found.append(f"no line of the logs is {line}")
    said = alarms_named(text)
    if said != alarms(night):
        found.append(f"the alarms are {sorted(alarms(night))}, and the page says {sorted(said)}")
    return found


def lines_quoted(text: str) -> list[str]:
    """Returns the lines of logs that a text shows, in which `…` stands for what was left out."""
    return [line for block in re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL) for line in block.splitlines()]


def cells(table: str) -> list[list[str]]:
    """Returns the cells of a table, its heads first."""
    rows = [[cell.strip().strip("`") for cell in row.strip("|\n").split("|")] for row in table.splitlines()]
    return [rows[0], *rows[2:]]


def table_differences(title: str, table: list[list[str]], rows: list[dict]) -> list[str]:
    """Compares a table with what a query found; a last row of `…` says that there are more."""
    heads, *shown = table
    found = [[str(row.get(head, EMPTY)) for head in heads] for row in rows]
    if shown[-1] == ["…"] * len(heads):
        shown.pop()
        found = found[: len(shown)]
    return [] if found == shown else [f"query `{title}` finds\n{as_table(heads, found)}\nand the page has {shown}"]


def as_table(heads: list[str], rows: list[list[str]]) -> str:
    """Writes a table as the page has it."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows])


def alarms_named(text: str) -> set[str]:
    """Returns the alarms that the answer says go off."""
    (names,) = re.findall(r"^\*\*Alarms\*\*: (.*?)\n\n", text, flags=re.MULTILINE | re.DOTALL) or [""]
    return set(re.findall(r"\[(\w+Alarm)\]", names))


def alarms(night: Night) -> set[str]:
    """Returns the alarms that go off, of those whose metrics the logs or the dead-letter queue show."""
    of_gateway = ("QuotaFull", "DifferentMeeting", "ChimeRejected", "ChimeAccessDenied", "InternalError")
    counts = {f"{metric}Alarm": [line for line in night.requests if metric in line] for metric in of_gateway}
    counts["ApiServerErrorsAlarm"] = [line for line in night.requests if line["status"] >= 500]
    counts["EventsFailedAlarm"] = [line for line in night.events if "EventsFailed" in line]
    going = {name for name, lines in counts.items() if most_in_a_period(name, lines) >= properties(name)["Threshold"]}
    if night.dead_letters >= properties("DeadLetterQueueAlarm")["Threshold"]:
        going.add("DeadLetterQueueAlarm")
    return going


def most_in_a_period(alarm: str, lines: list[dict]) -> int:
    """Returns how many of the lines are in the period of an alarm that has most of them."""
    milliseconds = properties(alarm)["Period"] * 1000
    periods = [line["_aws"]["Timestamp"] // milliseconds for line in lines]
    return max((periods.count(period) for period in set(periods)), default=0)
