"""Faults of the dashboard, each planted on purpose in its body."""

import json

import pytest
from deployed_stack import deploy
from mutated import messages_about, registration

MUTATIONS = {}
mutation = registration(MUTATIONS)


def widget(body: dict, title: str) -> dict:
    """Returns the widget with the title."""
    (found,) = [widget for widget in body["widgets"] if widget["properties"].get("title") == title]
    return found


def metrics(body: dict, title: str) -> list:
    """Returns the metrics of the widget with the title."""
    return widget(body, title)["properties"]["metrics"]


@mutation("an operation that the gateway does not serve", "MeetingGateway Requests: no operation is 'ListMeetings'")
def _(body):
    metrics(body, "Requests by operation").append(["...", "ListMeetings"])


@mutation("an operation that is not shown", "Requests by operation: its operations")
def _(body):
    metrics(body, "Requests by operation").remove(["...", "Join"])


@mutation("Join as an operation of Chime", "AWS/Usage CallCount: no Resource is 'Join'")
def _(body):
    metrics(body, "Calls to Chime by operation, the whole account").append(["...", "Join"])


@mutation(
    "an operation whose throttles are not shown", "Chime's throttles by operation, the whole account: its operations"
)
def _(body):
    metrics(body, "Chime's throttles by operation, the whole account").pop()


@mutation(
    "a metric that no function writes",
    "Cold starts of the gateway: nothing publishes the metric MeetingGateway ColdStart",
)
def _(body):
    metrics(body, "Cold starts of the gateway")[0][1] = "ColdStart"


@mutation("a metric that AWS does not publish", "nothing publishes the metric AWS/SQS NumberOfMessages")
def _(body):
    metrics(body, "Queue: messages")[0][1] = "NumberOfMessages"


@mutation("another stack's metrics", "no service is 'another'")
def _(body):
    metrics(body, "Meeting events")[0][3] = "another"


@mutation("another dimension than the metric has", "is not published with the dimensions ['Queue']")
def _(body):
    metrics(body, "Queue: age of the oldest message")[0][2] = "Queue"


@mutation("a dimension without a value", "pairs of dimension and value")
def _(body):
    metrics(body, "Meeting events")[0].pop(3)


@mutation("nothing above to repeat", "repeats a word that is not there")
def _(body):
    metrics(body, "Meeting events").insert(0, [".", "Events", "service", "."])


@mutation("an average of what is counted", "Events: a time is shown in percentiles, a count as a sum, not as Average")
def _(body):
    widget(body, "Meeting events")["properties"]["stat"] = "Average"


@mutation("the sum of times", "duration_ms: a time is shown in percentiles")
def _(body):
    widget(body, "Time of a request by operation, p99")["properties"]["stat"] = "Sum"


@mutation("no statistic", "chime_ms: no statistic is None")
def _(body):
    del metrics(body, "Time of a request, and Chime's share of it")[2][-1]["stat"]


@mutation("a misspelt option", "unknown options ['labell']")
def _(body):
    options = metrics(body, "Environments at work")[0][-1]
    options["labell"] = options.pop("label")


@mutation("a search that finds every stack whose name begins alike", "a term of the search is not in quotes")
def _(body):
    expression = metrics(body, "Requests by outcome")[0][0]
    expression["expression"] = expression["expression"].replace('service="lectures"', "service=lectures")


@mutation("a search through all stacks", "the search is not for this stack's metrics")
def _(body):
    expression = metrics(body, "Requests by outcome")[0][0]
    expression["expression"] = expression["expression"].replace(' service="lectures"', "")


@mutation("a search by dimensions that the metric does not have", "Requests is not published with the dimensions")
def _(body):
    expression = metrics(body, "Requests by outcome")[0][0]
    expression["expression"] = expression["expression"].replace("service,operation,outcome", "service,outcome")


@mutation("an outcome that there is not", "no outcome is 'success'")
def _(body):
    expression = metrics(body, "Requests by outcome")[1][0]
    expression["expression"] = expression["expression"].replace('outcome="ok"', 'outcome="success"')


@mutation("two expressions with one id", "expressions need ids of their own")
def _(body):
    metrics(body, "Requests by outcome")[0][0]["id"] = "ok"


@mutation("an expression that the check does not know", "unsupported expression")
def _(body):
    metrics(body, "Requests by outcome")[0][0]["expression"] = "RATE(m1)"


@mutation("another region", "Meeting events: region")
def _(body):
    widget(body, "Meeting events")["properties"]["region"] = "eu-central-1"


@mutation("sums of five minutes under `a minute`", "Meeting events: period")
def _(body):
    widget(body, "Meeting events")["properties"]["period"] = 300


@mutation("a widget over another", "People: lies over MeetingDashboard: Meetings started and ended")
def _(body):
    widget(body, "People")["x"] = 15


@mutation("a widget outside the columns", "People: is outside the 24 columns")
def _(body):
    widget(body, "People")["width"] = 9


@mutation("a widget without a place", "People: its members")
def _(body):
    del widget(body, "People")["y"]


@mutation("a place that is no number", "People: has no place")
def _(body):
    widget(body, "People")["x"] = "16"


@mutation("a type that there is not", "no widget has the type 'graph'")
def _(body):
    widget(body, "People")["type"] = "graph"


@mutation("a misspelt property", "People: lacks ['metrics'] and should not have ['metric']")
def _(body):
    properties = widget(body, "People")["properties"]
    properties["metric"] = properties.pop("metrics")


@mutation("two widgets with one title", "two widgets have one title")
def _(body):
    widget(body, "People")["properties"]["title"] = "Meeting events"


@mutation("an alarm that is not shown", "MeetingDashboard: the alarms")
def _(body):
    widget(body, "Alarms")["properties"]["alarms"].pop()


@mutation("dead letters that are not shown", "does not show MeetingGateway QuotaFull")
def _(body):
    metrics(body, "Throttled callers, and the full quota").pop()


@mutation("concurrency that is not shown", "does not show AWS/Lambda ConcurrentExecutions")
def _(body):
    body["widgets"].remove(widget(body, "Environments at work"))


LAST = "Requests and events that failed, the last 20"


@mutation("a misspelt field of the log", "no line has tenent")
def _(body):
    properties = widget(body, LAST)["properties"]
    properties["query"] = properties["query"].replace("tenant", "tenent")


@mutation("another log group", "where the functions write no lines")
def _(body):
    properties = widget(body, LAST)["properties"]
    properties["query"] = properties["query"].replace("<GatewayLogGroup>", "/aws/lambda/gateway")


@mutation("a query without an order", "a query ends with `sort` and `limit`")
def _(body):
    properties = widget(body, LAST)["properties"]
    properties["query"] = properties["query"].replace(" | sort @timestamp desc", "")


@mutation("lines as a graph", "the last 20: view")
def _(body):
    widget(body, LAST)["properties"]["view"] = "timeSeries"


@mutation("no widgets", "MeetingDashboard: 0 widgets")
def _(body):
    body["widgets"] = []


@mutation("a graph without metrics", "People: 0 metrics")
def _(body):
    metrics(body, "People").clear()


@mutation("a metric as text", "People: a metric that is no list: AttendeesAdded")
def _(body):
    metrics(body, "People").append("AttendeesAdded")


@mutation("an expression that the legend does not name", "an expression has an id, a label and an expression")
def _(body):
    del metrics(body, "Requests by outcome")[0][0]["label"]


@mutation("an average of what is counted, in a search", "the search's statistic and period")
def _(body):
    expression = metrics(body, "Requests by outcome")[0][0]
    expression["expression"] = expression["expression"].replace("'Sum'", "'Average'")


@mutation("an unknown member of the body", "MeetingDashboard: its members")
def _(body):
    body["title"] = "Meetings"


@pytest.mark.parametrize("name", MUTATIONS)
def test_finds_a_planted_fault(settings, template, name):
    change, found, _ = MUTATIONS[name]
    body = deployed_body(template)
    change(body)

    def plant(resources):
        resources["MeetingDashboard"]["Properties"]["DashboardBody"] = json.dumps(body)

    messages = messages_about(plant, settings)
    assert any(found in message for message in messages), messages


def deployed_body(template: dict) -> dict:
    return json.loads(deploy(template).properties("MeetingDashboard")["DashboardBody"])


# What a change of the template itself can break.
OF_THE_TEMPLATE = {
    "a body that is not JSON": ("its body is not JSON", lambda p: p["DashboardBody"].update({"Fn::Sub": "{,}"})),
    "one name in all regions": ("its name", lambda p: p.update({"DashboardName": {"Ref": "AWS::StackName"}})),
    "placeholders that are not replaced": (
        "its body is not JSON",
        lambda p: p.update({"DashboardBody": p["DashboardBody"]["Fn::Sub"][0]}),
    ),
}


@pytest.mark.parametrize("name", OF_THE_TEMPLATE)
def test_finds_a_fault_of_the_resource(settings, name):
    found, change = OF_THE_TEMPLATE[name]
    messages = messages_about(lambda resources: change(resources["MeetingDashboard"]["Properties"]), settings)
    assert any(found in message for message in messages), messages


def test_finds_a_missing_dashboard(settings):
    def remove(resources):
        del resources["MeetingDashboard"]

    messages = messages_about(remove, settings)
    assert any("MeetingDashboard" in message for message in messages), messages
