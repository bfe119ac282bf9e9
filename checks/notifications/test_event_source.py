"""The event source of these tests reads a function's answer as Lambda does."""

import json

import pytest
from event_source import EventSource, InvocationError, event_of, failures

IDS = ["a", "b"]

UNDERSTOOD = [
    ("nothing has failed", b'{"batchItemFailures":[]}', set()),
    ("the list is null", b'{"batchItemFailures":null}', set()),
    ("an empty object", b"{}", set()),
    ("null", b"null", set()),
    ("one has failed", b'{"batchItemFailures":[{"itemIdentifier":"b"}]}', {"b"}),
    ("all have failed", b'{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}', {"a", "b"}),
]

NOT_UNDERSTOOD = [
    ("no JSON", 200, b"ok"),
    ("an empty answer", 200, b""),
    ("an empty id", 200, b'{"batchItemFailures":[{"itemIdentifier":""}]}'),
    ("a null id", 200, b'{"batchItemFailures":[{"itemIdentifier":null}]}'),
    ("another member's name", 200, b'{"batchItemFailures":[{"id":"a"}]}'),
    ("a message of another batch", 200, b'{"batchItemFailures":[{"itemIdentifier":"c"}]}'),
    ("an id without its object", 200, b'{"batchItemFailures":["a"]}'),
    ("a failed function", 200, b'{"errorType":"Runtime.ExitError","errorMessage":"exit status 1"}'),
    ("no answer of the function", 502, b"{}"),
]


@pytest.mark.parametrize(("answer", "failed"), [row[1:] for row in UNDERSTOOD], ids=[row[0] for row in UNDERSTOOD])
def test_an_answer_names_what_has_failed(answer, failed):
    assert failures(200, answer, IDS) == failed


@pytest.mark.parametrize(
    ("status", "answer"), [row[1:] for row in NOT_UNDERSTOOD], ids=[row[0] for row in NOT_UNDERSTOOD]
)
def test_an_answer_that_is_not_understood_fails_the_batch(status, answer):
    with pytest.raises(InvocationError):
        failures(status, answer, IDS)


def test_an_event_has_the_members_of_lambdas():
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1795658603710"}
    message = {"MessageId": "m", "ReceiptHandle": "r", "MD5OfBody": "5", "Body": "text", "Attributes": attributes}
    (record,) = json.loads(event_of([message], "arn:aws:sqs:eu-west-2:111122223333:events"))["Records"]
    assert record == {
        "messageId": "m",
        "receiptHandle": "r",
        "body": "text",
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": "5",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-2:111122223333:events",
        "awsRegion": "eu-west-2",
    }


@pytest.mark.parametrize("answer", [b"no JSON", b'{"batchItemFailures":[{"itemIdentifier":"x"}]}'])
def test_a_failed_invocation_leaves_all_messages_in_the_queue(queues, answer):
    for number in range(3):
        queues.sqs.send_message(QueueUrl=queues.url, MessageBody=f"message {number}")
    source = EventSource(queues.sqs, queues.url, queues.arn, lambda _event: (200, answer))
    batch = source.poll()
    assert len(batch.failed) == len(batch.ids) > 0
    source.invoke = lambda _event: (200, b"{}")
    assert sum(len(batch.handled) for batch in source.drain()) == 3
