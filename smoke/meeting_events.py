"""Whether an event of a meeting arrives: in the log of the function that reads the queue, or in the queue itself."""

import json

from smoke.aws import Aws, AwsError, Patience
from smoke.stack import Stack

RECEIVES = 3
RECEIVE_SECONDS = 20
WHERE_TO_LOOK = (
    "Look at the queue's policy (principal, account and source conditions), its region, and the alarm on "
    "MeetingSQSNotificationErrors"
)


def check_event(aws: Aws, stack: Stack, meeting: str, since: int, patience: Patience) -> list[str]:
    """Waits for an event of the meeting. `since` is a time in milliseconds before the meeting was created."""
    if not stack.reads_its_queue:
        return check_queue(aws, stack.outputs["MeetingEventsQueueUrl"], meeting)
    return check_log(aws, stack, meeting, since, patience)


def check_log(aws: Aws, stack: Stack, meeting: str, since: int, patience: Patience) -> list[str]:
    """Waits for a line of the function that reads the queue."""
    group = stack.outputs["NotificationsLogGroup"]
    search = ["--log-group-name", group, "--start-time", str(since)]
    search += ["--filter-pattern", f'{{ $.meeting_id = "{meeting}" }}']
    faults = []
    for _ in patience.attempts():
        try:
            events = aws.ask("logs", "filter-log-events", *search)["events"]
        except AwsError as error:
            return [str(error)]
        lines = [json.loads(event["message"]) for event in events]
        faults = [
            f"an event of the meeting failed: {line.get('cause')}"
            for line in lines
            if line["message"] == "event failed"
        ]
        handled = [line for line in lines if line["message"] == "event handled"]
        if handled:
            print(f"received {handled[0].get('event_type')}, by the stack's function")
            return faults + _not_on_the_bus(stack, handled) + _without_tenant(stack, handled)
    return faults or [f"no event of the meeting is in the log {group} after {patience.seconds} s. {WHERE_TO_LOOK}"]


def _not_on_the_bus(stack: Stack, handled: list[dict]) -> list[str]:
    bus = stack.parameters["EventBusName"]
    if not bus or all("event_bus_id" in line for line in handled):
        return []
    return [f"an event of the meeting was handled and not put on the event bus {bus}"]


def _without_tenant(stack: Stack, handled: list[dict]) -> list[str]:
    if not stack.has_registry or all("tenant" in line for line in handled):
        return []
    return ["an event of the meeting was handled without its tenant: run the saved query `Registry failures`"]


def check_queue(aws: Aws, queue: str, meeting: str) -> list[str]:
    """Waits for a message about the meeting, and deletes that message alone."""
    receive = ["sqs", "receive-message", "--queue-url", queue, "--max-number-of-messages", "10"]
    wait = ["--wait-time-seconds", str(RECEIVE_SECONDS), "--visibility-timeout", "1"]
    for _ in range(RECEIVES):
        for message in aws.must(*receive, *wait).get("Messages", []):
            detail = json.loads(message["Body"]).get("detail", {})
            if detail.get("meetingId") == meeting:
                aws.must("sqs", "delete-message", "--queue-url", queue, "--receipt-handle", message["ReceiptHandle"])
                print(f"received {detail.get('eventType', 'an event without a type')}, from the queue")
                return []
    return [f"no event of the meeting arrived in the queue, unless its consumer was faster. {WHERE_TO_LOOK}"]
