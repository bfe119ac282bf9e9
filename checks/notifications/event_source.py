"""Polls a queue and invokes a function, as Lambda's event source mapping for SQS does with ReportBatchItemFailures.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAX_BATCH = 10
# Takes an event, returns the answer's status and body, as `Emulator.invoke` does.
Invoke = Callable[[bytes], tuple[int, bytes]]


class InvocationError(Exception):
    """The invocation failed: no message of its batch was handled."""


@dataclass
class Batch:
    """What one poll received, and which of it has failed."""

    ids: list[str]
    failed: set[str]
    answer: bytes

    @property
    def handled(self) -> set[str]:
        """The messages that were deleted."""
        return set(self.ids) - self.failed


@dataclass
class EventSource:
    """One poller of a queue. Use one a thread."""

    sqs: Any
    queue_url: str
    queue_arn: str
    invoke: Invoke
    batch_size: int = MAX_BATCH
    # In Lambda a message that failed is seen again when its visibility timeout has passed. Here it is seen again
    # sooner, so that no test waits for it; only the time differs.
    seconds_until_seen_again: int = 0
    batches: list[Batch] = field(default_factory=list)

    def poll(self, seconds: int = 1) -> Batch | None:
        """Receives one batch, invokes the function with it, and deletes what it handled; None when there is nothing."""
        received = self.sqs.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=self.batch_size,
            WaitTimeSeconds=seconds,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = received.get("Messages", [])
        if not messages:
            return None
        ids = [message["MessageId"] for message in messages]
        status, answer = self.invoke(event_of(messages, self.queue_arn))
        try:
            failed = failures(status, answer, ids)
        except InvocationError:
            failed = set(ids)
        self._settle(messages, failed)
        batch = Batch(ids, failed, answer)
        self.batches.append(batch)
        return batch

    def drain(self, max_polls: int = 200) -> list[Batch]:
        """Polls until nothing is received any more. A message that goes on failing ends it with an error."""
        batches = []
        for _ in range(max_polls):
            batch = self.poll()
            if batch is None:
                return batches
            batches.append(batch)
        raise AssertionError(f"the queue is not empty after {max_polls} polls: {batches[-1]}")

    def _settle(self, messages: list[dict], failed: set[str]) -> None:
        handled = [message for message in messages if message["MessageId"] not in failed]
        if handled:
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(handled)
            ]
            deleted = self.sqs.delete_message_batch(QueueUrl=self.queue_url, Entries=entries)
            if deleted.get("Failed"):
                raise AssertionError(f"SQS did not delete: {deleted['Failed']}")
        for message in messages:
            if message["MessageId"] in failed:
                self.sqs.change_message_visibility(
                    QueueUrl=self.queue_url,
                    ReceiptHandle=message["ReceiptHandle"],
                    VisibilityTimeout=self.seconds_until_seen_again,
                )


def event_of(messages: list[dict], queue_arn: str) -> bytes:
    """Returns the event that a function gets for messages as ReceiveMessage gives them."""
    region = queue_arn.split(":")[3]
    records = [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": region,
        }
        for message in messages
    ]
    return json.dumps({"Records": records}).encode()


def failures(status: int, answer: bytes, ids: list[str]) -> set[str]:
    """Returns the messages of a batch that a function's answer says have failed.

    An answer that can't be understood fails the whole batch, as an invocation does that ends in an error.
    """
    try:
        response = json.loads(answer)
    except ValueError as error:
        raise InvocationError(f"no JSON: {answer!r}") from error
    if status != 200 or (isinstance(response, dict) and "errorType" in response):
        raise InvocationError(f"{status} {answer.decode(errors='replace')}")
    # Lambda takes an answer without the list for a success of all.
    items = response.get("batchItemFailures") if isinstance(response, dict) else response
    if items is None:
        return set()
    if not isinstance(items, list):
        raise InvocationError(f"batchItemFailures is no list: {items!r}")
    failed = {item.get("itemIdentifier") if isinstance(item, dict) else None for item in items}
    if not failed <= set(ids):
        raise InvocationError(f"a failure names no message of the batch: {items!r}")
    return failed
