"""The metric filter and the documented queries against log lines of the gateway, from `cargo run -p local`."""

import json
import re
import urllib.request

import pytest
from deployed_stack import REPOSITORY, deploy
from log_filter import matches
from processes import LocalGateway, send


@pytest.fixture(scope="module")
def local():
    with LocalGateway() as running:
        yield running


@pytest.fixture(scope="module")
def pattern(template) -> str:
    return deploy(template).properties("ErrorLines")["FilterPattern"]


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


COUNTED = {
    "the quota of meetings is full": ({"fault": "LimitExceededException"}, 429, "QuotaFull"),
    "Chime returned another meeting": (
        {"fault": "OtherMeeting", "members": {"MediaRegion": "us-west-2"}},
        409,
        "DifferentMeeting",
    ),
    "Chime refused the members": ({"fault": "BadRequestException"}, 400, "Rejected"),
    "the stack may not call Chime": ({"fault": "AccessDeniedException"}, 500, "Forbidden"),
}


@pytest.mark.parametrize("case", COUNTED)
def test_counts_an_error_line_that_needs_attention(local, pattern, case):
    fault, expected, cause = COUNTED[case]
    status, lines = lines_of_a_request(local, fault)
    assert status == expected
    (line,) = [line for line in lines if cause in line.get("cause", "")]
    assert matches(pattern, json.dumps(line)), line


@pytest.mark.parametrize("fault", ["ServiceFailureException", "ServiceUnavailableException"])
def test_does_not_count_an_outage_of_chime(local, pattern, fault):
    status, lines = lines_of_a_request(local, {"fault": fault, "times": 3})
    assert status in (502, 503)
    (line,) = [line for line in lines if line.get("status") == status]
    assert line["level"] == "ERROR"
    assert not any(matches(pattern, json.dumps(line)) for line in lines)


@pytest.mark.parametrize(("groups", "expected"), [("hosts", 201), ("strangers", 403)])
def test_does_not_count_a_meeting_or_a_refusal(local, pattern, groups, expected):
    status, lines = lines_of_a_request(local, groups=groups)
    assert status == expected
    assert any(line.get("status") == expected for line in lines)
    assert not any(matches(pattern, json.dumps(line)) for line in lines)


@pytest.mark.parametrize(
    ("line", "counted", "reason"),
    [
        ('{"level":"ERROR","message":"panicked"}', True, "a line without a request"),
        ('{"level":"ERROR","status":"500"}', False, "a status that is a string"),
        ('{"level":"error","status":500}', False, "a level in lower case"),
        ('{"time":"…","type":"platform.report","record":{"status":"timeout"}}', False, "Lambda's own line"),
        ("ERROR", False, "not JSON"),
    ],
)
def test_matches_like_cloudwatch(pattern, line, counted, reason):
    assert matches(pattern, line) == counted, reason


# Words of each query in docs/operating.md, and the faults of a request whose line the query must find.
QUERIES = {
    'level = "ERROR"': [{"fault": "LimitExceededException"}],
    "/QuotaFull/": [{"fault": "LimitExceededException"}],
    "request served": [],
}


def documented_queries() -> list[str]:
    text = (REPOSITORY / "docs" / "operating.md").read_text()
    return re.findall(r"```\n((?:fields|filter) .+?)```", text, re.DOTALL)


def test_knows_every_documented_query():
    assert [[words for words in QUERIES if words in query] for query in documented_queries()] == [[q] for q in QUERIES]


@pytest.mark.parametrize("words", QUERIES)
def test_documented_query_finds_a_line_with_every_field_that_it_shows(local, words):
    (query,) = [query for query in documented_queries() if words in query]
    shown = re.findall(r"(?:fields|by) (.+)", query)
    fields = {field.strip() for part in shown for field in part.split(",")} - {"@timestamp"}
    _, lines = lines_of_a_request(local, *QUERIES[words])
    searched = [f'{line.get("cause")} {line["message"]} level = "{line["level"]}"' for line in lines]
    found = [line for line, text in zip(lines, searched, strict=True) if words.strip("/") in text]
    assert len(found) == 1, lines
    assert fields <= found[0].keys()
