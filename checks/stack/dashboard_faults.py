"""What must hold for the dashboard: CloudWatch takes its body, and each metric on it is one that is published.

"Dashboard body structure and syntax" in CloudWatch's API reference describes the body.
"""

import json
import re

from deployed_stack import STACK_NAME, DeployedStack
from differences import differs
from emitted_metrics import NAMESPACE, NO_OPERATION, emitted_metrics
from gateway_settings import operation_names
from metric_faults import allowed_values, metric_faults
from query_faults import text_faults

DASHBOARD = "MeetingDashboard"
COLUMNS = 24
MAX_WIDGETS = 500
MAX_METRICS = 500
# The properties of each type of widget: those that it must have, and those that it may have as well.
PROPERTIES = {
    "text": ({"markdown"}, set()),
    "alarm": ({"title", "alarms"}, set()),
    "metric": ({"title", "region", "metrics", "period"}, {"stat", "stacked", "yAxis", "annotations"}),
    "log": ({"title", "region", "query", "view"}, set()),
}
OPTIONS = {"label", "stat"}
SEARCH = re.compile(r"SUM\(SEARCH\('\{([^}]*)\} ([^']*)', '(\w+)', (\d+)\)\)")
STATISTIC = re.compile(r"Sum|Average|Minimum|Maximum|SampleCount|p\d\d")
# Beside the metrics that the functions write.
MUST_SHOW = {
    ("AWS/Usage", "ThrottleCount"),
    ("AWS/Usage", "CallCount"),
    ("AWS/Lambda", "Errors"),
    ("AWS/Lambda", "Throttles"),
    ("AWS/Lambda", "ConcurrentExecutions"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
    ("AWS/ChimeSDK", "MeetingSQSNotificationErrors"),
}

# The same, where there is a registry; without one they are not there.
OF_THE_REGISTRY = {
    *((NAMESPACE, name) for name in ("LimitReached", "RegistryFailed", "registry_ms")),
    *(("AWS/DynamoDB", name) for name in ("ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors")),
    *(("AWS/DynamoDB", name) for name in ("TransactionConflict", "ConsumedReadCapacityUnits")),
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"),
}


def dashboard_faults(stack: DeployedStack) -> list[str]:
    """Finds faults of the dashboard."""
    found = differs("the dashboards", sorted(stack.of_type("AWS::CloudWatch::Dashboard")), [DASHBOARD])
    properties = stack.properties(DASHBOARD)
    # An account's dashboards are one set for all regions.
    found += differs(f"{DASHBOARD}: its name", properties.get("DashboardName"), f"{STACK_NAME}-{stack.region}")
    try:
        body = json.loads(properties.get("DashboardBody", ""))
    except ValueError as error:
        return [*found, f"{DASHBOARD}: its body is not JSON: {error}"]
    found += differs(f"{DASHBOARD}: its members", sorted(body), ["periodOverride", "start", "widgets"])
    widgets = body.get("widgets", [])
    if not 1 <= len(widgets) <= MAX_WIDGETS:
        found.append(f"{DASHBOARD}: {len(widgets)} widgets")
    shown = []
    for widget in widgets:
        found += _widget(stack, widget, shown)
    return [*found, *_layout(widgets), *_content(stack, widgets, shown)]


def title_of(widget: dict) -> str:
    """Returns what a fault calls a widget."""
    return f"{DASHBOARD}: {widget.get('properties', {}).get('title', widget.get('type'))}"


def _widget(stack: DeployedStack, widget: dict, shown: list) -> list[str]:
    title = title_of(widget)
    found = differs(f"{title}: its members", sorted(widget), ["height", "properties", "type", "width", "x", "y"])
    if widget.get("type") not in PROPERTIES:
        return [*found, f"{title}: no widget has the type {widget.get('type')!r}"]
    properties = widget.get("properties", {})
    required, optional = PROPERTIES[widget["type"]]
    missing, unknown = sorted(required - properties.keys()), sorted(properties.keys() - required - optional)
    if missing or unknown:
        return [*found, f"{title}: lacks {missing} and should not have {unknown}"]
    if "region" in properties:
        found += differs(f"{title}: region", properties["region"], stack.region)
    if widget["type"] == "metric":
        return found + _metrics(title, properties, shown)
    if widget["type"] == "log":
        sources, query = re.fullmatch(r"((?:SOURCE '[^']*' \| )*)(.*)", properties["query"], re.DOTALL).groups()
        found += differs(f"{title}: view", properties["view"], "table")
        return found + text_faults(title, query, re.findall(r"'([^']*)'", sources))
    return found


def _metrics(title: str, properties: dict, shown: list) -> list[str]:
    found, rows = [], properties["metrics"]
    if not 1 <= len(rows) <= MAX_METRICS:
        found.append(f"{title}: {len(rows)} metrics")
    found += differs(f"{title}: period", properties["period"], 60)
    before, ids = [], []
    for row in rows:
        if not isinstance(row, list) or not row:
            found.append(f"{title}: a metric that is no list: {row}")
            continue
        words, options = (row[:-1], row[-1]) if isinstance(row[-1], dict) else (row, {})
        if words:
            words = _written_out(words, before)
            before = words
            found += _metric(title, words, options, properties, shown)
        else:
            ids.append(options.get("id", ""))
            found += _expression(title, options, shown)
    if len(ids) != len(set(ids)) or not all(re.fullmatch(r"[a-z]\w*", name) for name in ids):
        found.append(f"{title}: expressions need ids of their own that begin with a small letter: {ids}")
    return found


def _written_out(words: list, before: list) -> list:
    """Writes out `.`, the word above, and `...`, all words above except as many as follow it."""
    if words[0] == "...":
        words = before[: len(before) - len(words) + 1] + words[1:]
    return [before[place] if word == "." and place < len(before) else word for place, word in enumerate(words)]


def _metric(title: str, words: list, options: dict, properties: dict, shown: list) -> list[str]:
    if len(words) < 2 or len(words) % 2 or not all(isinstance(word, str) for word in words):
        return [f"{title}: a metric is a namespace, a name, and pairs of dimension and value: {words}"]
    if "." in words or "..." in words:
        return [f"{title}: repeats a word that is not there: {words}"]
    if unknown := options.keys() - OPTIONS:
        return [f"{title}: unknown options {sorted(unknown)}"]
    namespace, name, *pairs = words
    dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
    found = metric_faults(title, namespace, name, dimensions)
    statistic = str(options.get("stat", properties.get("stat")))
    if not STATISTIC.fullmatch(statistic):
        found.append(f"{title}: {name}: no statistic is {statistic}")
    is_right = statistic.startswith("p") if name.endswith("_ms") else statistic == "Sum"
    if namespace == NAMESPACE and not is_right:
        found.append(f"{title}: {name}: a time is shown in percentiles, a count as a sum, not as {statistic}")
    shown.append((title, namespace, name, dimensions))
    return found


def _expression(title: str, options: dict, shown: list) -> list[str]:
    if options.keys() != {"id", "label", "expression"}:
        return [f"{title}: an expression has an id, a label and an expression: {options}"]
    parts = SEARCH.fullmatch(options["expression"])
    if not parts:
        return [f"{title}: unsupported expression: {options['expression']}"]
    schema, terms, statistic, period = parts.groups()
    namespace, *names = schema.split(",")
    # In quotes a value is compared whole; without them, `lectures` would also find `lectures-2`.
    given = dict(re.findall(r'(\w+)="([^"]*)"', terms))
    if " ".join(f'{name}="{value}"' for name, value in given.items()) != terms:
        return [f"{title}: a term of the search is not in quotes: {terms}"]
    found = differs(f"{title}: the search's statistic and period", [statistic, period], ["Sum", "60"])
    name = given.pop("MetricName", "")
    if not given.keys() <= set(names) or given.get("service") != STACK_NAME:
        found.append(f"{title}: the search is not for this stack's metrics: {terms}")
    # What the terms leave open is summed up; any of its values will do for the check.
    dimensions = dict.fromkeys(names, NO_OPERATION) | given
    shown.append((title, namespace, name, dimensions))
    return found + metric_faults(title, namespace, name, dimensions)


def _layout(widgets: list[dict]) -> list[str]:
    found, taken = [], {}
    for widget in widgets:
        x, y, width, height = (widget.get(name) for name in ("x", "y", "width", "height"))
        if not all(isinstance(number, int) and number >= 0 for number in (x, y, width, height)):
            found.append(f"{title_of(widget)}: has no place")
        elif not 1 <= width <= COLUMNS - x or not 1 <= height <= 1000:
            found.append(f"{title_of(widget)}: is outside the {COLUMNS} columns")
        else:
            cells = {(column, row) for column in range(x, x + width) for row in range(y, y + height)}
            found += [f"{title_of(widget)}: lies over {other}" for other, occupied in taken.items() if occupied & cells]
            taken[title_of(widget)] = cells
    if len(taken) + len(found) < len(widgets):
        found.append(f"{DASHBOARD}: two widgets have one title")
    return found


def _content(stack: DeployedStack, widgets: list[dict], shown: list) -> list[str]:
    """Finds what the dashboard does not show."""
    alarms = [arn for widget in widgets for arn in widget.get("properties", {}).get("alarms", [])]
    expected = [f"<{name}.Arn>" for name in sorted(stack.of_type("AWS::CloudWatch::Alarm"))]
    found = differs(f"{DASHBOARD}: the alarms", sorted(alarms), expected)
    needed = MUST_SHOW | {(NAMESPACE, name) for name in emitted_metrics()}
    needed = needed | OF_THE_REGISTRY if stack.has_registry else needed - OF_THE_REGISTRY
    found += [
        f"{DASHBOARD}: does not show {namespace} {name}"
        for namespace, name in sorted(needed - {(namespace, name) for _, namespace, name, _ in shown})
    ]
    by_widget = {}
    for title, _, name, dimensions in shown:
        for dimension in ("operation", "Resource", "Operation"):
            if dimension in dimensions and "outcome" not in dimensions:
                by_widget.setdefault((title, dimension, name), []).append(dimensions[dimension])
    for (title, dimension, name), operations in by_widget.items():
        complete = operation_names() if dimension == "operation" else allowed_values(dimension)
        if name == "Requests":
            complete = complete | {NO_OPERATION}
        found += differs(f"{title}: its operations", sorted(operations), sorted(complete))
    return found
