"""Every sample request through the function that `sam build` made, under the emulator that `sam local invoke` uses."""

import http.client
import json
from pathlib import Path

import pytest
from emulator import Emulator
from function_environment import BINARY, FUNCTION, declared_variables, layer_folder, overrides, sample_environment
from processes import REPOSITORY, LocalServices

EVENTS = REPOSITORY / "events"
# A file of events/ that is not an event: the environment for `sam local --env-vars`.
ENVIRONMENT = "env.json"
EXPECTED = json.loads(Path(__file__).with_name("expected.json").read_text())


@pytest.fixture(scope="module")
def services():
    """The Chime simulator, the token issuer and the registry's table."""
    with LocalServices() as running:
        yield running


@pytest.fixture(scope="module")
def function(services):
    """The built function in authorizer mode, in the environment of events/env.json."""
    with Emulator(BINARY, sample_environment(services)) as running:
        yield running


def test_sample_events_and_expected_answers_match_one_to_one():
    # Batches of messages are for the other function: test_batches.py.
    files = {path.name for path in EVENTS.iterdir() if not path.name.startswith("sqs-")} - {ENVIRONMENT}
    assert files == EXPECTED.keys()


def test_expected_answers_are_for_the_mode_of_the_sample_environment():
    assert {row["authMode"] for row in EXPECTED.values()} == {overrides()["AUTH_MODE"]}


def test_sample_environment_overrides_only_declared_variables():
    """`sam local --env-vars` silently ignores a variable that the template does not declare."""
    assert overrides().keys() <= declared_variables(FUNCTION).keys()


def test_layer_holds_the_policy_document():
    assert (layer_folder() / "policy.json").read_bytes() == (REPOSITORY / "policy" / "policy.json").read_bytes()


@pytest.mark.parametrize("name", EXPECTED)
def test_event_gets_the_expected_answer(services, function, name):
    row = EXPECTED[name]
    services.reset()
    services.add_sample_meeting()
    for earlier in row.get("before", []):
        assert answer_to(function, earlier)["statusCode"] == EXPECTED[earlier]["status"]
    requests_before = len(services.requests())
    answer = answer_to(function, name)
    assert answer["statusCode"] == row["status"], answer
    requests = services.requests()[requests_before:]
    headers = header_values(answer)
    assert headers["cache-control"] == "no-store"
    body = json.loads(answer["body"] or "{}")
    if row["status"] < 300:
        assert headers.get("content-type") == (None if row["status"] == 204 else "application/json")
        assert sorted(body) == row.get("members", ["Meeting"])
        if row["chime"]:
            _sample, meeting = services.meetings()
            assert body["Meeting"] == meeting["Meeting"]
    else:
        assert headers["content-type"] == "application/problem+json"
        assert headers["x-amzn-errortype"] == row["code"]
        assert (body["status"], body["Code"]) == (row["status"], row["code"])
        places = ("pointer", "header", "parameter")
        named = [error[place] for error in body.get("errors", []) for place in places if place in error]
        assert sorted(named) == sorted(row["pointers"])
    if "requests" in row:
        asked = [request["operation"] for request in requests]
        # Whether Chime is asked for the proof depends on the events before.
        assert [name for name in asked if name != "GetMeeting" or row["operation"] == name] == row["requests"]
    created = [request for request in requests if request["operation"] == "CreateMeeting"]
    assert [chime_request(request) for request in created] == ([row["chime"]] if row["chime"] else [])


def answer_to(function, name: str) -> dict:
    """Returns the function's answer to a sample event."""
    status, text = function.invoke((EVENTS / name).read_bytes())
    assert status == 200, text
    answer = json.loads(text)
    assert "errorType" not in answer, answer
    return answer


def header_values(answer: dict) -> dict[str, str]:
    """Returns an answer's headers by lower-case name, from both members that API Gateway reads."""
    single = answer.get("headers") or {}
    several = {name: ", ".join(values) for name, values in (answer.get("multiValueHeaders") or {}).items()}
    return {name.lower(): value for name, value in (several | single).items()}


def chime_request(request: dict) -> dict:
    """Returns the body of a signed request to Chime, without its token, which differs each time."""
    assert request["signed"]
    body = dict(request["body"])
    assert 2 <= len(body.pop("ClientRequestToken")) <= 64
    # Tags are a set.
    return body | {"Tags": sorted(body["Tags"], key=lambda tag: tag["Key"])}


@pytest.fixture(autouse=True, scope="module")
def sort_expected_tags():
    """Sorts the tags of the expected requests: tags are a set."""
    for row in EXPECTED.values():
        if row["chime"]:
            row["chime"]["Tags"].sort(key=lambda tag: tag["Key"])


BROKEN_SETTINGS = {
    "a queue in another region": {
        "NOTIFICATIONS_QUEUE_ARN": "arn:aws:sqs:eu-west-1:111122223333:meeting-notifications"
    },
    "a FIFO queue": {"NOTIFICATIONS_QUEUE_ARN": "arn:aws:sqs:us-east-1:111122223333:meeting-notifications.fifo"},
    "no policy document": {"POLICY_FILE": "/opt/nothing.json"},
    "no authentication mode": {"AUTH_MODE": ""},
}


@pytest.mark.parametrize("setting", BROKEN_SETTINGS)
def test_does_not_start_with_a_broken_setting_and_names_it(services, setting):
    broken = BROKEN_SETTINGS[setting]
    with Emulator(BINARY, sample_environment(services) | broken) as running:
        try:
            status, text = running.invoke((EVENTS / "http-api-create.json").read_bytes())
            assert status != 200 or b"errorType" in text, text
        except (http.client.HTTPException, OSError):
            # The emulator ends together with a function that does not start, sometimes before it answers.
            pass
        (name,) = broken
        assert name in running.output()
