#!/usr/bin/env python3
"""Makes the logs of the exercises in docs/operate.md, and compares them with what the page says of them.

    exercises.py               all of them
    exercises.py NAME …        those only

Each is a soak of 200 meetings of three tenants, into which one fault is put after 100. The gateway, its HTTP front and
the simulator are `local`. The events go through SQS, the `notifications` binary and EventBridge, both played by
ministack. The logs are in `target/exercises/NAME/gateway.log` and `notifications.log`.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from threading import Event

CHECKS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKS / "invocations"), str(CHECKS / "stack")]

from event_source import EventSource  # noqa: E402 (needs the path above)
from exercise_page import PAGE, Night, differences, run_query, section_of  # noqa: E402
from faulty_bus import FaultyBus  # noqa: E402
from function import Notifications, event_lines  # noqa: E402
from load import Load, Person  # noqa: E402
from meetings_gateway import MeetingsGateway  # noqa: E402
from peers import BUS, Peer, Queues, create_bus, create_queues  # noqa: E402
from processes import REPOSITORY  # noqa: E402
from soak import Reader  # noqa: E402

FOLDER = REPOSITORY / "target" / "exercises"
SEED = 14
MEETINGS = 200


class BusWithARule(FaultyBus):
    """A server before a real EventBridge peer that takes everything, until its caller loses the right to put events."""

    refuses = False

    def answer(self, body: bytes, headers: HTTPMessage) -> tuple[int, bytes]:
        """Answers one call."""
        if self.refuses:
            return 400, json.dumps({"__type": "AccessDeniedException", "message": "planted"}).encode()
        return 200, json.dumps(self.pass_on(json.loads(body), headers)).encode()


@dataclass
class Stack:
    """Everything that runs in an exercise."""

    load: Load
    gateway: MeetingsGateway
    queues: Queues
    bus: BusWithARule
    function: Notifications

    def wait_for_events(self, seconds: float = 60) -> None:
        """Returns once every event so far was handled."""
        deadline = time.monotonic() + seconds
        sent = len(self.gateway.sent_events())
        while len(self.events()) < sent:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.events())} of {sent} events were handled")
            time.sleep(0.1)

    def events(self) -> list[dict]:
        """Returns the lines of events so far."""
        return event_lines(self.function.output(), validated=False)

    def night(self) -> Night:
        """Returns what an operator finds."""
        logs = [json_lines(process.output()) for process in (self.gateway, self.function)]
        return Night(*logs, len(self.queues.dead_letters()))


def fill_the_quota(stack: Stack) -> None:
    """One caller creates meetings in a loop, until the account's quota is full."""
    stack.load.creates_in_a_loop = Person("acme", "acme-nightly-job", "hosts")


def forbid_attendees(stack: Stack) -> None:
    """IAM no longer lets the stack call CreateAttendee."""
    stack.gateway.arm(fault="AccessDeniedException", operation="CreateAttendee", rate=1.0)


def forbid_the_bus(stack: Stack) -> None:
    """IAM no longer lets `notifications` put events on the bus."""
    stack.bus.refuses = True


def one_caller_creates_and_does_nothing_else(night: Night) -> bool:
    most = run_query("Who filled the quota", night)[0]["caller"]
    return {line["operation"] for line in night.requests if line.get("caller") == most} == {"CreateMeeting"}


def nobody_joins_after_the_first_failure(night: Night) -> bool:
    joins = [line["status"] for line in night.requests if line["operation"] == "Join"]
    return 201 in joins and 201 not in joins[joins.index(500) :]


def all_events_fail_five_times_from_one_on(night: Night) -> bool:
    messages = [line["message"] for line in night.events]
    failed = Counter(line["message_id"] for line in night.events if line["message"] == "event failed")
    is_once_for_all = "event handled" not in messages[messages.index("event failed") :]
    return is_once_for_all and set(failed.values()) == {5} and len(failed) == night.dead_letters


# By the names of the exercises, which say what people notice: the fault, and what the answer says in words of the logs.
EXERCISES: dict[str, tuple[Callable[[Stack], None], Callable[[Night], bool]]] = {
    "No new meetings": (fill_the_quota, one_caller_creates_and_does_nothing_else),
    "Nobody gets in": (forbid_attendees, nobody_joins_after_the_first_failure),
    "Nothing arrives": (forbid_the_bus, all_events_fail_five_times_from_one_on),
}


def folder_name(title: str) -> str:
    """Returns the name that the command line and the folder have for an exercise."""
    return title.lower().replace(" ", "-")


def main() -> int:
    names = {folder_name(title): title for title in EXERCISES}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    chosen = parser.parse_args().names or list(names)
    if unknown := sorted(set(chosen) - names.keys()):
        parser.error(f"unknown exercise: {', '.join(unknown)}; there are {', '.join(names)}")
    found = [fault for name in chosen for fault in exercise(names[name])]
    return 1 if found else 0


def exercise(title: str) -> list[str]:
    """Runs an exercise; returns what the page says that is not so."""
    started = time.monotonic()
    inject, is_as_told = EXERCISES[title]
    night = run(inject)
    folder = FOLDER / folder_name(title)
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("gateway", night.gateway), ("notifications", night.notifications)):
        (folder / f"{name}.log").write_text("".join(f"{line}\n" for line in lines))
    print(f"\n{title}: {folder.relative_to(REPOSITORY)}, {time.monotonic() - started:.0f} s")
    print(f"{len(night.requests)} requests, {len(night.events)} lines of events, {night.dead_letters} dead letters")
    found = differences(section_of(title, PAGE.read_text()), night)
    causes = {line["cause"] for line in (*night.requests, *night.events) if line["message"].endswith(" failed")}
    if len(causes) != 1:
        found.append(f"more than one thing, or nothing, went wrong: {sorted(causes)}")
    if not is_as_told(night):
        found.append(f"the logs are not so: {is_as_told.__name__.replace('_', ' ')}")
    for difference in found:
        print("FAILED:", difference)
    return found


def run(inject: Callable[[Stack], None]) -> Night:
    """Holds the meetings, puts the fault in halfway, and waits until each event was handled or given up."""
    with ExitStack() as processes:
        peer = processes.enter_context(Peer("ministack"))
        queues = create_queues(peer, "meeting-events-exercise")
        create_bus(peer)
        bus = processes.enter_context(BusWithARule(peer.url, SEED))
        # The name of the local gateway, so that both logs are of one stack.
        variables = {"GATEWAY_NAME": "local", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
        function = processes.enter_context(Notifications(BUS, bus.url, **variables))
        options, settings = ("--sqs-endpoint", peer.url), {"NOTIFICATIONS_QUEUE_ARN": queues.arn}
        gateway = processes.enter_context(MeetingsGateway(options, settings))
        stack = Stack(Load(gateway, SEED), gateway, queues, bus, function)
        source = EventSource(peer.client("sqs"), queues.url, queues.arn, function.invoke)
        ended = Event()
        reader = Reader(lambda: source.poll() is not None, ended)
        reader.start()
        stack.load.hold(MEETINGS // 2)
        stack.wait_for_events()
        inject(stack)
        stack.load.hold(MEETINGS - MEETINGS // 2)
        stack.gateway.sent_events()
        ended.set()
        reader.join()
        for error in reader.errors:
            raise error
        return stack.night()


def json_lines(output: str) -> list[str]:
    """Returns the lines that a function logged; the programs around it print others."""
    return [line for line in output.splitlines() if line.startswith("{")]


if __name__ == "__main__":
    sys.exit(main())
