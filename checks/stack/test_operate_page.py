"""docs/operate.md against the code: members of the lines, metrics, graphs and saved queries are all there."""

import json
import re

import pytest
from alarm_faults import OPERATE
from deployed_stack import deploy
from emitted_metrics import emitted_metrics, parsed
from log_lines import GATEWAY, NOTIFICATIONS


def section(heading: str) -> str:
    """Returns the text below a heading, up to the next one."""
    _, _, rest = OPERATE.read_text().partition(f"\n{heading}\n")
    assert rest, heading
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(heading: str) -> list[str]:
    """Returns the first cell of each row of the table below a heading, without its title."""
    rows = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [row.split("|")[1].strip() for row in rows[2:]]


def names_in(cells: list[str]) -> list[str]:
    """Returns the names in code type."""
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(("heading", "members"), [("### A request", GATEWAY), ("### An event", NOTIFICATIONS)])
def test_describes_every_member_of_a_line(heading, members):
    assert sorted(names_in(first_cells(heading))) == sorted(members)


def test_describes_every_metric_with_its_function_and_dimensions():
    rows = [line.split("|") for line in section("### Metrics").splitlines() if line.startswith("|")][2:]
    described = {}
    for row in rows:
        further = tuple(re.findall(r"`(\w+)`", part) for part in row[3].split(";"))
        sets = {("service", *names) for names in further if names} | {("service",)}
        described |= dict.fromkeys(names_in([row[1]]), (row[2].strip(), sets))
    expected = {name: (metric.function, set(metric.dimensions)) for name, metric in emitted_metrics().items()}
    assert described == expected


def test_names_every_graph_of_the_dashboard_that_it_sends_somebody_to(template):
    body = json.loads(deploy(template).properties("MeetingDashboard")["DashboardBody"])
    titles = {widget["properties"].get("title") for widget in body["widgets"]}
    text = OPERATE.read_text().replace("\n", " ")
    sent_to = re.findall(r"dashboard's `([^`]+)`", text)
    assert len(sent_to) > 5
    assert set(sent_to) <= titles


def test_every_alarm_says_what_it_means_where_to_look_and_what_to_do():
    alarms = re.findall(r"^### (\w+Alarm)$", OPERATE.read_text(), flags=re.MULTILINE)
    assert len(alarms) > 10
    for alarm in alarms:
        text = section(f"### {alarm}")
        assert re.findall(r"^\*\*(\w+)\*\*:", text, flags=re.MULTILINE) == ["Means", "Look", "Do"], alarm


LISTED = {"name": "Requests", "unit": "Count", "dimensions": [["service"]], "function": "gateway"}


@pytest.mark.parametrize(
    ("listing", "reason"),
    [
        ([LISTED, LISTED], "twice"),
        ([LISTED | {"function": "local"}], "unknown entry"),
        ([LISTED | {"namespace": "MeetingGateway"}], "unknown entry"),
        ([{"name": "Requests"}], "unknown entry"),
    ],
)
def test_refuses_a_listing_of_metrics_that_it_does_not_understand(listing, reason):
    with pytest.raises(ValueError, match=reason):
        parsed(listing)
