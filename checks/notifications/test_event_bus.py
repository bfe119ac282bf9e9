"""What the function asks of EventBridge, of which the peers fail nothing: an entry, a call, all but one."""

import json

import pytest
from event_bus_stub import EventBusStub, entry_size
from event_source import event_of, failures
from function import Notifications, metrics

ARN = "arn:aws:sqs:us-east-1:111122223333:meeting-events"
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
MAX_CALL = 256 * 1024
PERMANENT = ["NotAuthorizedForDetailTypeException", "MalformedDetail", "InvalidArgument"]
TRANSIENT = ["ThrottlingException", "InternalFailure"]


@pytest.fixture(scope="module")
def stub():
    """An EventBridge that fails what a test says."""
    with EventBusStub() as running:
        yield running


@pytest.fixture(scope="module")
def running(stub):
    """The function with that EventBridge."""
    with Notifications("meetings", stub.url) as function:
        yield function


@pytest.fixture
def function(stub, running):
    """The same; nothing fails and nothing was asked."""
    stub.requests.clear()
    stub.asked.clear()
    stub.taken.clear()
    stub.fails = lambda _message_id, _times: None
    stub.refuses = lambda _message_ids: None
    stub.gives_ids = True
    running.new_output()
    return running


def message(number: int, padding: int = 0) -> dict:
    """Returns a message as ReceiveMessage gives it."""
    detail = {
        "version": "0",
        "eventType": "chime:AttendeeJoined",
        "timestamp": 1_700_000_000_000 + number,
        "meetingId": "5a3b1e00-0000-4000-8000-000000000001",
        "attendeeId": "5a3b1e00-0000-4000-8000-000000000002",
        "externalUserId": "x" * padding,
        "externalMeetingId": "standup",
        "networkType": "Voip",
        "mediaRegion": "us-east-1",
    }
    body = {
        "version": "0",
        "source": "aws.chime",
        "account": "111122223333",
        "region": "us-east-1",
        "detail-type": "Chime Meeting State Change",
        "time": "2023-11-14T22:13:20Z",
        "resources": ["arn:aws:chime:us-east-1:111122223333:meeting/m"],
        "detail": detail,
    }
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000"}
    return {
        "MessageId": f"message-{number}",
        "ReceiptHandle": f"receipt-{number}",
        "MD5OfBody": "0" * 32,
        "Body": json.dumps(body),
        "Attributes": attributes,
    }


def handle(function: Notifications, messages: list[dict]) -> set[str]:
    """Invokes the function with a batch; returns the numbers of the messages that failed."""
    ids = [message["MessageId"] for message in messages]
    failed = failures(*function.invoke(event_of(messages, ARN)), ids)
    return {one.removeprefix("message-") for one in failed}


def test_a_batch_is_one_call(stub, function):
    assert handle(function, [message(number) for number in range(10)]) == set()
    ((_, entries),) = stub.requests
    assert len(entries) == 10
    for entry in entries:
        assert (entry["Source"], entry["EventBusName"]) == ("meeting-gateway", "meetings")
        assert entry["DetailType"] == "Chime Meeting State Change"
        assert entry["Time"] == 1_700_000_000
        assert entry["Resources"] == ["arn:aws:chime:us-east-1:111122223333:meeting/m"]
    lines = function.new_lines()
    assert {line["message_id"]: line["event_bus_id"] for line in lines} == {
        f"message-{number}": f"event-of-message-{number}" for number in range(10)
    }


@pytest.mark.parametrize("code", TRANSIENT)
def test_only_entries_that_failed_are_tried_again(stub, function, code):
    stub.fails = lambda message_id, times: code if message_id in ("message-3", "message-7") and times == 0 else None
    assert handle(function, [message(number) for number in range(10)]) == set()
    assert [len(entries) for _, entries in stub.requests] == [10, 2]
    assert stub.asked == {f"message-{number}": 2 if number in (3, 7) else 1 for number in range(10)}
    assert len(stub.taken) == 10
    assert [line["message"] for line in function.new_lines()] == ["event handled"] * 10


@pytest.mark.parametrize("code", PERMANENT)
def test_an_entry_that_cannot_succeed_fails_at_once_and_alone(stub, function, code):
    stub.fails = lambda message_id, _times: code if message_id == "message-4" else None
    assert handle(function, [message(number) for number in range(10)]) == {"4"}
    assert stub.asked["message-4"] == 1
    assert len(stub.taken) == 9
    (failed,) = (line for line in function.new_lines() if line["message"] == "event failed")
    assert (failed["message_id"], failed["level"]) == ("message-4", "ERROR")
    assert code in failed["cause"]
    assert metrics(failed) == {"EventsFailed": 1}


def test_an_entry_that_goes_on_failing_goes_back_to_the_queue_alone(stub, function):
    stub.fails = lambda message_id, _times: "ThrottlingException" if message_id == "message-0" else None
    assert handle(function, [message(number) for number in range(3)]) == {"0"}
    assert 1 < stub.asked["message-0"] < 10
    assert stub.asked["message-1"] == stub.asked["message-2"] == 1


def test_a_batch_of_more_than_a_call_may_have_is_split(stub, function):
    assert handle(function, [message(number, padding=100_000) for number in range(5)]) == set()
    assert len(stub.requests) >= 3
    assert len(stub.taken) == 5
    for _, entries in stub.requests:
        assert sum(map(entry_size, entries)) <= MAX_CALL


def test_an_event_that_no_call_can_have_fails_alone(stub, function):
    messages = [message(0), message(1, padding=300_000), message(2)]
    assert handle(function, messages) == {"1"}
    assert stub.asked == {"message-0": 1, "message-2": 1}


def test_an_entry_for_which_eventbridge_refuses_the_whole_call_fails_alone(stub, function):
    stub.refuses = lambda ids: "ValidationException" if "message-4" in ids else None
    assert handle(function, [message(number) for number in range(10)]) == {"4"}
    assert [len(entries) for _, entries in stub.requests] == [10] + [1] * 10
    assert len(stub.taken) == 9
    (failed,) = (line for line in function.new_lines() if line["message"] == "event failed")
    assert "status 400, code ValidationException" in failed["cause"]


def test_a_call_that_iam_denies_is_not_repeated_for_each_entry(stub, function):
    stub.refuses = lambda _ids: "AccessDeniedException"
    assert handle(function, [message(number) for number in range(10)]) == {str(number) for number in range(10)}
    assert len(stub.requests) == 1


def test_an_entry_without_an_id_in_the_answer_is_not_on_the_bus(stub, function):
    stub.gives_ids = False
    assert handle(function, [message(0), message(1)]) == {"0", "1"}
    assert [line["message"] for line in function.new_lines()] == ["event failed"] * 2
