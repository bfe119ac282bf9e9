"""The saved queries: faults planted in them, and what they find in real lines of the gateway and in lines of Lambda."""

import json
import urllib.request

import pytest
from alarm_faults import OPERATE
from deployed_stack import STACK_NAME, deploy
from log_lines import GATEWAY, NOTIFICATIONS, members
from log_query import Query, QueryError
from mutated import messages_about, registration
from processes import LocalGateway, send
from query_faults import query_faults

MUTATIONS = {}
mutation = registration(MUTATIONS)


def saved(resources: dict, logical_id: str) -> dict:
    return resources[logical_id]["Properties"]


def replace(resources: dict, logical_id: str, old: str, new: str) -> None:
    """Replaces a part of a query."""
    properties = saved(resources, logical_id)
    properties["QueryString"] = properties["QueryString"].replace(old, new)


@mutation("a misspelt field that is shown", "Requests that failed: no line has tenent")
def _(resources):
    replace(resources, "RequestsThatFailed", "tenant", "tenent")


@mutation("a misspelt field that is compared", "Who met the full quota: no line has Quotafull")
def _(resources):
    replace(resources, "WhoMetTheFullQuota", "QuotaFull", "Quotafull")


@mutation("a misspelt field that is counted by", "Refusals by cause: no line has causes")
def _(resources):
    replace(resources, "RefusalsByCause", "by cause", "by causes")


@mutation("a misspelt field that is sorted by", "Slow requests: no line has milliseconds")
def _(resources):
    replace(resources, "SlowRequests", "sort duration_ms", "sort milliseconds")


@mutation("a field of the other function's lines", "Requests that failed: no line has event_type")
def _(resources):
    replace(resources, "RequestsThatFailed", "operation", "event_type")


@mutation("a metric of the other function", "Events that failed: no line has QuotaFull")
def _(resources):
    replace(resources, "EventsThatFailed", "cause", "QuotaFull")


@mutation("the other function's log", "the saved queries is")
def _(resources):
    saved(resources, "RequestsThatFailed")["LogGroupNames"] = [{"Ref": "NotificationsLogGroup"}]


@mutation("the access log", "where the functions write no lines")
def _(resources):
    saved(resources, "OneMeeting")["LogGroupNames"].append({"Ref": "ApiLogGroup"})


@mutation("no log", "where the functions write no lines")
def _(resources):
    del saved(resources, "OneMeeting")["LogGroupNames"]


@mutation("all stacks' queries in one place", "'Requests that failed' is not in the stack's folder")
def _(resources):
    saved(resources, "RequestsThatFailed")["Name"] = "Requests that failed"


@mutation("a query that docs/operate.md does not name", "the saved queries is")
def _(resources):
    saved(resources, "RequestsThatFailed")["Name"] = {"Fn::Sub": "${AWS::StackName}/Failed requests"}


@mutation("a query that is missing", "the saved queries is")
def _(resources):
    del resources["TenantOfAMeeting"]


@mutation("a command that there is not", "unsupported command: where")
def _(resources):
    replace(resources, "RequestsThatFailed", "| filter", "| where")


@mutation("a filter that is not closed", "`filter` lacks ']'")
def _(resources):
    replace(resources, "WhoFilledTheQuota", '"CreateMeetingWithAttendees"]', '"CreateMeetingWithAttendees"')


@mutation("no limit", "a query ends with `sort` and `limit`")
def _(resources):
    replace(resources, "RequestsThatFailed", "\n| limit 100", "")


@pytest.mark.parametrize("name", MUTATIONS)
def test_finds_a_planted_fault(settings, name):
    change, found, deployment = MUTATIONS[name]
    messages = messages_about(change, settings, **deployment)
    assert any(found in message for message in messages), messages


def test_finds_a_saved_query_that_the_page_does_not_name(template, monkeypatch, tmp_path):
    page = tmp_path / "operate.md"
    page.write_text(OPERATE.read_text().replace("query `Slow requests`", "query `Slow answers`"))
    monkeypatch.setattr("query_faults.OPERATE", page)
    (message,) = query_faults(deploy(template))
    assert message.startswith("the saved queries that docs/operate.md names")


# ---- real lines of the gateway


@pytest.fixture(scope="module")
def local():
    with LocalGateway() as running:
        yield running


@pytest.fixture(scope="module")
def queries(template) -> dict[str, Query]:
    """The deployed queries by title."""
    definitions = deploy(template).of_type("AWS::Logs::QueryDefinition").values()
    return {
        body["Properties"]["Name"].removeprefix(f"{STACK_NAME}/"): Query(body["Properties"]["QueryString"])
        for body in definitions
    }


def lines_of_a_request(local, *faults: dict, groups: str = "hosts") -> tuple[int, list[dict]]:
    """Sends a request that Chime answers with these faults; returns its status and its log lines."""
    local.reset()
    for fault in faults:
        status, _ = post(f"{local.chime_url}/simulator/faults", fault, {})
        assert status == 204
    before = len(local.output().splitlines())
    token = local.token(tenant="acme", groups=groups)
    status, _ = post(f"{local.url}/meetings", {"ExternalMeetingId": "standup"}, {"Authorization": f"Bearer {token}"})
    return status, [json.loads(line) for line in local.output().splitlines()[before:] if line.startswith("{")]


def post(url: str, body: dict, headers: dict) -> tuple[int, bytes]:
    headers = headers | {"Content-Type": "application/json"}
    return send(urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST"))


# A fault of Chime, the answer, how the cause begins, the metric in the line, and the queries that find the line.
FAILED = {"Requests that failed"}
PROBLEMS = {
    "the quota of meetings is full": (
        {"fault": "LimitExceededException"},
        (429, "QuotaFull", "QuotaFull"),
        FAILED | {"Who met the full quota"},
    ),
    "Chime returned another meeting": (
        {"fault": "OtherMeeting", "members": {"MediaRegion": "us-west-2"}},
        (409, "DifferentMeeting", "DifferentMeeting"),
        FAILED,
    ),
    "Chime refused the members": ({"fault": "BadRequestException"}, (400, "Rejected", "ChimeRejected"), FAILED),
    "the stack may not call Chime": (
        {"fault": "AccessDeniedException"},
        (500, "Forbidden", "ChimeAccessDenied"),
        FAILED,
    ),
    "Chime is out of order": ({"fault": "ServiceFailureException", "times": 3}, (502, "Failed", None), FAILED),
    "Chime is unavailable": ({"fault": "ServiceUnavailableException", "times": 3}, (503, "Unavailable", None), FAILED),
}
OF_PROBLEMS = {"QuotaFull", "DifferentMeeting", "ChimeRejected", "ChimeAccessDenied", "InternalError"}
BY_TITLE = {"Requests that failed", "Refusals by cause", "Who met the full quota", "Who filled the quota"}


def found_by(queries: dict[str, Query], lines: list[dict]) -> set[str]:
    """Returns the titles of the queries without an id to fill in that find something in the lines."""
    return {title for title in BY_TITLE if queries[title].run(lines)}


@pytest.mark.parametrize("case", PROBLEMS)
def test_a_failed_request_is_found_and_has_the_metric_of_its_alarm(local, queries, case):
    fault, (expected, cause, metric), titles = PROBLEMS[case]
    status, lines = lines_of_a_request(local, fault)
    assert status == expected
    (line,) = [line for line in lines if "outcome" in line]
    # docs/operate.md sends people to this word.
    assert line["cause"].startswith(cause)
    assert f"`{cause}`" in OPERATE.read_text()
    assert line.keys() & OF_PROBLEMS == ({metric} if metric else set())
    assert found_by(queries, lines) == titles


@pytest.mark.parametrize(
    ("groups", "expected", "titles"),
    [("hosts", 201, {"Who filled the quota"}), ("strangers", 403, {"Refusals by cause"})],
)
def test_a_meeting_and_a_refusal_are_no_failures(local, queries, groups, expected, titles):
    status, lines = lines_of_a_request(local, groups=groups)
    assert status == expected
    assert found_by(queries, lines) == titles


def test_a_request_is_found_by_its_id_and_a_meeting_by_its_own(local, queries):
    _, lines = lines_of_a_request(local)
    (line,) = [line for line in lines if "outcome" in line]
    for title, placeholder, member in (
        ("One request", "PUT-THE-REQUEST-ID-HERE", "correlation_id"),
        ("One meeting", "PUT-THE-MEETING-ID-HERE", "meeting_id"),
        ("Tenant of a meeting", "PUT-THE-MEETING-ID-HERE", "meeting_id"),
    ):
        assert queries[title].run(lines) == [], title
        (row,) = Query(queries[title].text.replace(placeholder, line[member])).run(lines)
        assert row["tenant"] == "acme", title


def test_who_opens_a_room_has_created_a_meeting_and_who_joins_it_has_not(local, queries):
    opened, joined = (lines_of_a_join(local, subject) for subject in ("anna", "ben"))
    assert found_by(queries, opened) == {"Who filled the quota"}
    assert found_by(queries, joined) == set()


def lines_of_a_join(local, subject: str) -> list[dict]:
    """Joins a room; returns the log lines."""
    before = len(local.output().splitlines())
    local.request("POST", "/rooms/standup/join", local.token(tenant="acme", groups="hosts", sub=subject))
    return [json.loads(line) for line in local.output().splitlines()[before:] if line.startswith("{")]


def test_slow_requests_show_the_share_of_chime(local, queries):
    _, lines = lines_of_a_request(local)
    (row,) = queries["Slow requests"].run(lines)
    assert row["other_ms"] == pytest.approx(row["duration_ms"] - row["chime_ms"])
    assert 0 <= row["other_ms"] < row["duration_ms"]


def test_answers_are_counted_by_operation_served_and_failed_ones(local, queries):
    _, served = lines_of_a_request(local)
    _, failed = lines_of_a_request(local, {"fault": "AccessDeniedException"})
    of_creations = {"operation": "CreateMeeting", "requests": 1}
    failure = {"status": 500, "code": "ServiceFailureException"}
    rows = queries["Answers by operation"].run(served + failed)
    assert rows == [of_creations | {"status": 201}, of_creations | failure]


@pytest.mark.parametrize("groups", ["hosts", "strangers"])
def test_a_line_has_no_member_that_the_list_of_members_lacks(local, groups):
    _, lines = lines_of_a_request(local, groups=groups)
    (line,) = [line for line in lines if "outcome" in line]
    assert line.keys() - {"_aws"} <= members("GatewayLogGroup")


# ---- other lines, written out by hand

EVENT = {
    "level": "INFO",
    "message": "event handled",
    "service": STACK_NAME,
    "tenant": "acme",
    "message_id": "059f36b4-87a3-44ab-83d2-661975830a7d",
    "receive_count": 1,
    "detail_type": "Chime Meeting State Change",
    "event_type": "chime:MeetingEnded",
    "meeting_id": "eb81e378-37db-4b5a-8e57-88904f2c1152",
    "Events": 1,
    "MeetingsEnded": 1,
}
FAILED_EVENT = {
    "level": "ERROR",
    "message": "event failed",
    "service": STACK_NAME,
    "message_id": "059f36b4-87a3-44ab-83d2-661975830a7d",
    "receive_count": 5,
    "cause": "not a JSON object",
    "EventsFailed": 1,
}
REQUEST_ID = {"requestId": "6d68ca91-49c9-448d-89b8-7ca3e6dc66aa"}
OTHER_LINES = [
    ("an event that was handled", EVENT, set()),
    ("an event that failed", FAILED_EVENT, {"Events that failed"}),
    (
        "a successful invocation",
        {"type": "platform.report", "record": REQUEST_ID | {"status": "success"}},
        set(),
    ),
    (
        "an invocation that took too long",
        {"type": "platform.report", "record": REQUEST_ID | {"status": "timeout"}},
        {"Invocations that failed"},
    ),
    (
        "a start that failed",
        {"type": "platform.initReport", "record": {"status": "error", "errorType": "Runtime.ExitError"}},
        {"Invocations that failed"},
    ),
    ("a line without a status", {"type": "platform.start", "record": REQUEST_ID}, set()),
    (
        "a setting that is wrong",
        {"level": "ERROR", "message": "must be set", "setting": "AUTH_MODE"},
        {"Invocations that failed"},
    ),
    ("a panic", {"level": "ERROR", "message": "panicked", "location": "src/x.rs:1:1"}, {"Invocations that failed"}),
    ("a retry", {"level": "WARN", "message": "an attempt failed"}, set()),
    (
        "a request that failed",
        {"level": "ERROR", "message": "request failed", "outcome": "failed", "operation": "Join", "status": 502},
        {"Requests that failed"},
    ),
    (
        "a table that did not answer",
        {
            "level": "ERROR",
            "message": "the registry's table did not answer",
            "request": "GetRoom",
            "attempts": 3,
            "detail": "status 400, code AccessDeniedException",
        },
        {"Registry failures"},
    ),
    (
        "a creation whose tenant could not be written",
        {"level": "INFO", "message": "request served", "outcome": "created", "status": 201, "RegistryFailed": 1},
        {"Registry failures"},
    ),
    (
        "somebody whose tenant has as many meetings as it may",
        {"level": "WARN", "message": "request refused", "status": 429, "limit": "OpenMeetings", "LimitReached": 1},
        {"Refusals by cause", "Who met a limit"},
    ),
    (
        "somebody who joined",
        {"level": "INFO", "message": "request served", "outcome": "created", "operation": "Join", "status": 201},
        set(),
    ),
]
WITHOUT_AN_ID = BY_TITLE | {"Events that failed", "Invocations that failed", "Registry failures", "Who met a limit"}


@pytest.mark.parametrize(("line", "titles"), [row[1:] for row in OTHER_LINES], ids=[row[0] for row in OTHER_LINES])
def test_a_line_is_found_by_the_queries_that_are_for_it(queries, line, titles):
    assert {title for title in WITHOUT_AN_ID if queries[title].run([line])} == titles


def test_one_meeting_has_requests_and_events_in_one_list(queries):
    request = {"message": "request served", "operation": "Join", "meeting_id": EVENT["meeting_id"], "tenant": "acme"}
    query = Query(queries["One meeting"].text.replace("PUT-THE-MEETING-ID-HERE", EVENT["meeting_id"]))
    assert len(query.run([request, EVENT, FAILED_EVENT])) == 2


def test_attempts_at_events_are_counted_handled_and_failed_ones(queries):
    rows = queries["Attempts at events"].run([EVENT, EVENT, FAILED_EVENT])
    handled = {"message": "event handled", "receive_count": 1, "attempts": 2}
    failed = {"message": "event failed", "cause": "not a JSON object", "receive_count": 5, "attempts": 1}
    assert rows == [handled, failed]


def test_events_are_counted_by_tenant_and_those_of_nobody_apart(queries):
    of_nobody = {name: value for name, value in EVENT.items() if name != "tenant"}
    rows = queries["Events by tenant"].run([EVENT, EVENT, of_nobody, FAILED_EVENT])
    ended = {"event_type": "chime:MeetingEnded"}
    assert rows == [{"tenant": "acme"} | ended | {"events": 2}, ended | {"events": 1}]


def test_who_met_a_limit_is_counted_by_limit(queries):
    refused = {"LimitReached": 1, "tenant": "acme", "caller": "5ea8ccc608a0610f", "limit": "OpenMeetingsPerCaller"}
    rows = queries["Who met a limit"].run([refused, refused, refused | {"limit": "OpenMeetings"}])
    assert [(row["limit"], row["refused"]) for row in rows] == [("OpenMeetingsPerCaller", 2), ("OpenMeetings", 1)]


def test_the_lines_above_have_members_of_the_list():
    assert EVENT.keys() | FAILED_EVENT.keys() <= members("NotificationsLogGroup")
    assert {"_aws", "body", "externalUserId", "externalMeetingId"}.isdisjoint(GATEWAY | NOTIFICATIONS)


# ---- the reader of queries


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fields cause", "no order and no limit"),
        ("filter status > | sort a asc | limit 1", "no value"),
        ("filter status ~ 4 | sort a asc | limit 1", "a sign that there is not"),
        ("filter (status = 4 | sort a asc | limit 1", "an open parenthesis"),
        ("filter status = 4 status = 5 | sort a asc | limit 1", "two conditions without a word between"),
        ("filter status = other | sort a asc | limit 1", "a value without quotes"),
        ("stats count(*) as n | sort n desc | limit 1", "counts without groups are not used"),
        ("fields cause as by | sort a asc | limit 1", "a word of the language as a name"),
        ("fields cause | sort cause | limit 1", "the order is written out"),
        ("fields cause | sort cause asc | limit 0", "a limit that shows nothing"),
        ("parse @message 'a' as b | sort b asc | limit 1", "a command that the reader does not know"),
    ],
)
def test_refuses_what_it_does_not_understand(text, reason):
    try:
        Query(text)
    except QueryError:
        return
    pytest.fail(reason)


def test_does_not_guess_whether_a_line_without_a_member_differs():
    query = Query('filter status != "success" | sort a asc | limit 1')
    with pytest.raises(QueryError, match="ispresent"):
        query.run([{}])


@pytest.mark.parametrize(
    ("condition", "line", "is_found", "reason"),
    [
        ("a = 1 or a = 2 and b = 3", {"a": 1}, True, "`and` binds more tightly"),
        ("(a = 1 or a = 2) and b = 3", {"a": 1}, False, "parentheses"),
        ('a in ["x", "y"]', {"a": "y"}, True, "one of a list"),
        ('a not in ["x", "y"]', {"a": "y"}, False, "none of a list"),
        ("a >= 2", {"a": 2}, True, "a number at the limit"),
        ("a >= 2", {}, False, "a line without the member"),
        ("ispresent(a)", {"a": None}, False, "null is no value"),
        ("r.status = 1", {"r": {"status": 1}}, True, "a member of a member"),
    ],
)
def test_evaluates_conditions(condition, line, is_found, reason):
    assert bool(Query(f"filter {condition} | sort a asc | limit 1").run([line])) == is_found, reason
