#!/usr/bin/env python3
"""Meetings of three tenants with faults on, whose events are read at the same time; then usage is what happened.

    usage_soak.py [--meetings N] [--pollers N] [--seed N]

The gateway, its HTTP front, the simulator and the registry's table are `local`. The events go through ministack's SQS
to `notifications`, several at a time, and to a bus. Calls of the table and of the bus fail, and some batches are
delivered twice. In the end each tenant's usage is what a computation of its own makes of the simulator's record, and no
slot is taken.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import boto3

CHECKS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKS / "invocations"), str(CHECKS / "stack")]

from event_source import EventSource, Invoke  # noqa: E402 (needs the path above)
from faulty_bus import FaultyBus  # noqa: E402
from faulty_table import FaultyTable  # noqa: E402
from function import Notifications  # noqa: E402
from load import Load  # noqa: E402
from meetings_gateway import MeetingsGateway  # noqa: E402
from peers import BUS, REGION, Peer, Queues, create_bus, create_queues  # noqa: E402
from processes import REPOSITORY  # noqa: E402
from soak import Reader  # noqa: E402
from usage import Usage, usage_of_events  # noqa: E402

# The table of `local`.
TABLE = "local-registry"
DELIVERED_TWICE = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meetings", type=int, default=2_000)
    parser.add_argument("--pollers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    with ExitStack() as stack:
        faults = run(options, stack)
    print(f"{time.monotonic() - started:.0f} s")
    for fault in faults:
        print("FAILED:", fault)
    return 1 if faults else 0


def run(options: argparse.Namespace, stack: ExitStack) -> list[str]:
    """Holds the meetings, waits until their events were read, and returns what does not balance."""
    peer = stack.enter_context(Peer("ministack"))
    queues = create_queues(peer, "meeting-events-usage")
    create_bus(peer)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    settings = ("--sqs-endpoint", peer.url, "--policy", policy_with_limits(folder))
    gateway = stack.enter_context(MeetingsGateway(settings, {"NOTIFICATIONS_QUEUE_ARN": queues.arn}))
    dynamodb = client_of(f"http://{gateway.host}:{gateway.registry}")
    table = stack.enter_context(FaultyTable(dynamodb.meta.endpoint_url, options.seed))
    bus = stack.enter_context(FaultyBus(peer.url, options.seed))
    all_sent = Event()
    readers = []
    for number in range(options.pollers):
        function = stack.enter_context(Notifications(BUS, bus.url, TABLE, table.url, AWS_LAMBDA_LOG_LEVEL="INFO"))
        invoke = sometimes_twice(function.invoke, options.seed + number)
        source = EventSource(peer.client("sqs"), queues.url, queues.arn, invoke, seconds_until_seen_again=2)
        readers.append(Reader(lambda source=source: source.poll() is not None, all_sent))
    usage = Usage(dynamodb, TABLE)
    for reader in readers:
        reader.start()
    load = Load(gateway, options.seed)
    load.hold(options.meetings)
    recorded = gateway.sent_events(60)
    all_sent.set()
    for reader in readers:
        reader.join()
    for error in [error for reader in readers for error in reader.errors]:
        raise error
    for what, counts in (("table", table.counts), ("bus", bus.counts)):
        print(f"calls of the {what}:", ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    print(f"{len(load.tenants)} meetings, {len(recorded)} events")
    return balance(usage, recorded, load.tenants, queues, taken_slots(dynamodb))


def balance(
    usage: Usage, recorded: list[dict], tenants: dict[str, str], queues: Queues, slots: Counter[str]
) -> list[str]:
    """Compares the table with what happened; returns what does not fit."""
    expected, found = usage_of_events(recorded, tenants), usage.grown()
    for tenant, day in sorted(found.items()):
        times = f"{day.meeting_minutes} meeting minutes, {day.attendee_minutes} attendee minutes"
        print(f"{tenant}: {day.meetings} meetings, {times}, peak {day.peak}")
    faults = [
        f"{tenant} has {found.get(tenant)} instead of {expected.get(tenant)}"
        for tenant in sorted(expected.keys() | found.keys())
        if expected.get(tenant) != found.get(tenant)
    ]
    if not expected:
        faults.append("nobody used anything")
    if slots:
        faults.append(f"slots of meetings that have ended: {dict(slots)}")
    if dead := queues.dead_letters():
        faults.append(f"{len(dead)} dead letters, the first: {dead[0]['Body']}")
    return faults


def taken_slots(dynamodb: Any) -> Counter[str]:
    """Returns how many slots have a meeting, by whose they are."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    keys = [item["pk"]["S"] for item in items if "meeting" in item]
    return Counter(key for key in keys if key.split("#")[0].endswith("-slots"))


def sometimes_twice(invoke: Invoke, seed: int) -> Invoke:
    """Delivers some batches twice, as when Lambda does not learn that a function has handled one."""
    randomness = random.Random(seed)

    def deliver(event: bytes) -> tuple[int, bytes]:
        if randomness.random() < DELIVERED_TWICE:
            invoke(event)
        return invoke(event)

    return deliver


def policy_with_limits(folder: Path) -> Path:
    """Writes the sample policy with limits for everyone that nobody reaches; returns where it is."""
    document = json.loads((REPOSITORY / "policy" / "policy.json").read_text())
    document["Everyone"]["Limits"] = {"OpenMeetings": 200, "OpenMeetingsPerCaller": 100}
    path = folder / "policy.json"
    path.write_text(json.dumps(document))
    return path


def client_of(url: str) -> Any:
    """Returns boto3's client of DynamoDB there."""
    credentials = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "made-up"}
    return boto3.client("dynamodb", endpoint_url=url, region_name=REGION, **credentials)


if __name__ == "__main__":
    sys.exit(main())
