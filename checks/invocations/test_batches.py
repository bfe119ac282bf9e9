"""Every sample batch of messages through the `notifications` that `sam build` made, under SAM's emulator."""

import json
from pathlib import Path

import pytest
from emulator import Emulator
from function_environment import BUILD, NOTIFICATIONS, declared_variables, overrides
from processes import REPOSITORY

EVENTS = REPOSITORY / "events"
EXPECTED = json.loads(Path(__file__).with_name("expected_batches.json").read_text())
BINARY = BUILD / NOTIFICATIONS / "bootstrap"


@pytest.fixture(scope="module")
def function():
    """The built function in the environment of events/env.json."""
    with Emulator(BINARY, overrides(NOTIFICATIONS), NOTIFICATIONS) as running:
        yield running


def test_sample_batches_and_expected_answers_match_one_to_one():
    assert {path.name for path in EVENTS.glob("sqs-*")} == EXPECTED.keys()


def test_sample_environment_overrides_only_declared_variables():
    assert overrides(NOTIFICATIONS).keys() <= declared_variables(NOTIFICATIONS).keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_batch_gets_the_expected_answer(function, name):
    row, batch = EXPECTED[name], (EVENTS / name).read_bytes()
    before = len(function.output())
    status, answer = function.invoke(batch)
    assert status == 200, answer
    ids = [record["messageId"] for record in json.loads(batch)["Records"]]
    failed = [ids[number - 1] for number in row["failed"]]
    assert json.loads(answer) == {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
    lines = [json.loads(text) for text in function.output()[before:].splitlines() if text.startswith("{")]
    told = [(line["message"], line["message_id"]) for line in lines if "message_id" in line]
    handled = [one for one in ids if one not in failed]
    assert len(handled) == row["handled"]
    expected = [("event failed", one) for one in failed] + [("event handled", one) for one in handled]
    assert sorted(told) == sorted(expected)
