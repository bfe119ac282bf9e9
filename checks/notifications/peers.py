"""Stand-ins for SQS, EventBridge and DynamoDB that others wrote, and the stack's queues and a bus in them."""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from processes import Process, free_port
from template_values import properties

REGION = "us-east-1"
ACCOUNT = "123456789012"
BUS = "meetings"
PROGRAMS = Path(sys.executable).parent


class Peer(Process):
    """A process that speaks the protocols of SQS, EventBridge and DynamoDB."""

    def __init__(self, name: str):
        port = free_port()
        self.name = name
        command, variables = {
            "moto": ([PROGRAMS / "moto_server", "--host", "127.0.0.1", "--port", port], {"MOTO_ACCOUNT_ID": ACCOUNT}),
            "ministack": (
                [PROGRAMS / "ministack"],
                {
                    "GATEWAY_PORT": str(port),
                    # In URLs of queues it would be `localhost`, which can be another address than the one it binds.
                    "MINISTACK_HOST": "127.0.0.1",
                    "BIND_HOST": "127.0.0.1",
                    "MINISTACK_ACCOUNT_ID": ACCOUNT,
                    "SERVICES": "sqs,events,dynamodb",
                    "IOT_MTLS_ENABLED": "0",
                    "LOG_LEVEL": "WARNING",
                },
            ),
        }[name]
        super().__init__(command, port, os.environ | variables)

    @property
    def url(self) -> str:
        """The endpoint of each service."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        """Returns boto3's client of a service there."""
        credentials = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "made-up"}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **credentials)


@dataclass
class Queues:
    """A queue with its dead-letter queue, as template.yaml has them."""

    sqs: Any
    url: str
    arn: str
    dead_letters_url: str

    def dead_letters(self) -> list[dict]:
        """Returns the messages in the dead-letter queue, and deletes them."""
        return take_all(self.sqs, self.dead_letters_url)

    def empty(self) -> None:
        """Deletes every message. SQS purges a queue only once a minute."""
        for url in (self.url, self.dead_letters_url):
            take_all(self.sqs, url)


def create_queues(peer: Peer, name: str) -> Queues:
    """Creates the queues with the template's settings."""
    sqs = peer.client("sqs")
    template = properties("MeetingEventsQueue")
    dead_letters = sqs.create_queue(QueueName=f"{name}-dead-letters")["QueueUrl"]
    redrive = template["RedrivePolicy"] | {"deadLetterTargetArn": arn_of(sqs, dead_letters)}
    attributes = {"VisibilityTimeout": str(template["VisibilityTimeout"]), "RedrivePolicy": json.dumps(redrive)}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return Queues(sqs, url, arn_of(sqs, url), dead_letters)


@dataclass
class Bus:
    """An event bus, and a queue that its rule sends every event of the gateway to."""

    sqs: Any
    url: str

    def take(self) -> list[dict]:
        """Returns the events that came since the last call."""
        return [json.loads(message["Body"]) for message in take_all(self.sqs, self.url)]

    def wait_for(self, count: int, seconds: float = 10) -> list[dict]:
        """Returns the events that came, once there are so many; a bus delivers in its own time."""
        deadline, events = time.monotonic() + seconds, []
        while len(events) < count and time.monotonic() < deadline:
            events += self.take()
        return events


def create_bus(peer: Peer) -> Bus:
    """Creates the bus with a rule for the gateway's source."""
    sqs, events = peer.client("sqs"), peer.client("events")
    url = sqs.create_queue(QueueName=f"{BUS}-seen")["QueueUrl"]
    events.create_event_bus(Name=BUS)
    pattern = json.dumps({"source": ["meeting-gateway"]})
    events.put_rule(Name="all", EventBusName=BUS, EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "seen", "Arn": arn_of(sqs, url)}])
    return Bus(sqs, url)


def arn_of(sqs: Any, url: str) -> str:
    """Asks for a queue's ARN."""
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def take_all(sqs: Any, url: str) -> list[dict]:
    """Receives and deletes every message of a queue."""
    taken = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages"):
        entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(messages)]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        taken += messages
    return taken
