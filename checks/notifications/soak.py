#!/usr/bin/env python3
"""Thousands of meetings through everything, faults on; then the books of their events are balanced.

    soak.py [--meetings N] [--attendees N] [--pollers N] [--peer ministack|moto]

Clients, HTTP front, gateway processes and the simulator are those of `soak` (local/src/bin/soak), where Chime fails.
The simulator sends the events to a queue of the peer. Pollers invoke the `notifications` binary with them as Lambda's
event source mapping does. It puts them on a bus of the peer, whose calls fail too. In the end, by message and by
(meetingId, eventType, attendeeId, timestamp): what happened in Chime, what was sent, what the function logged and what
the bus has are the same.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

CHECKS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKS / "invocations"))

from books import Books  # noqa: E402 (needs the path above)
from event_source import EventSource  # noqa: E402
from faulty_bus import FaultyBus  # noqa: E402
from function import Notifications, event_lines  # noqa: E402
from peers import BUS, Bus, Peer, create_bus, create_queues  # noqa: E402
from processes import REPOSITORY  # noqa: E402

# How long the queue may be empty before the last message is believed to be read.
QUIET_SECONDS = 10


def main() -> int:
    options = arguments()
    started = time.monotonic()
    with ExitStack() as stack:
        peer = stack.enter_context(Peer(options.peer))
        queues = create_queues(peer, "meeting-events-soak")
        bus = create_bus(peer)
        faulty = stack.enter_context(FaultyBus(peer.url, options.seed))
        functions = [
            stack.enter_context(Notifications(BUS, faulty.url, AWS_LAMBDA_LOG_LEVEL="INFO"))
            for _ in range(options.pollers)
        ]
        # A message that failed is seen again later than an outage of the bus takes, as with the real timeout.
        sources = [
            EventSource(peer.client("sqs"), queues.url, queues.arn, function.invoke, seconds_until_seen_again=2)
            for function in functions
        ]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        all_sent, all_handled = threading.Event(), threading.Event()
        pollers = [Reader(lambda source=source: source.poll() is not None, all_sent) for source in sources]
        bus_reader = BusReader(Bus(peer.client("sqs"), bus.url), all_handled)
        for reader in (*pollers, bus_reader):
            reader.start()
        run_soak(options, peer.url, queues.arn, folder / "events.json")
        all_sent.set()
        for poller in pollers:
            poller.join()
        all_handled.set()
        bus_reader.join()
        for error in [error for reader in (*pollers, bus_reader) for error in reader.errors]:
            raise error
        recorded = json.loads((folder / "events.json").read_text())
        lines = [line for function in functions for line in event_lines(function.output(), validated=False)]
        books = Books.of(recorded, lines, bus_reader.entries, queues.dead_letters())
        batches = [batch for source in sources for batch in source.batches]
    print(books.summary())
    print(f"{len(batches)} batches of {sum(len(batch.ids) for batch in batches)} messages in all")
    print("calls of the bus:", ", ".join(f"{count} {what}" for what, count in sorted(faulty.counts.items())))
    print(f"{time.monotonic() - started:.0f} s")
    faults = books.faults()
    for fault in faults:
        print("FAILED:", fault)
    return 1 if faults else 0


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meetings", type=int, default=10_000)
    parser.add_argument("--attendees", type=int, default=2)
    parser.add_argument("--pollers", type=int, default=4)
    parser.add_argument("--peer", choices=("ministack", "moto"), default="ministack")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--soak", type=Path, default=REPOSITORY / "target" / "debug" / "soak")
    parser.add_argument("--gateway", type=Path, default=REPOSITORY / "target" / "release" / "gateway")
    return parser.parse_args()


def run_soak(options: argparse.Namespace, sqs: str, queue: str, events: Path) -> None:
    """Runs the meetings; returns when SQS has all of their events."""
    numbers = ["--meetings", options.meetings, "--attendees", options.attendees, "--seed", options.seed]
    places = ["--sqs-endpoint", sqs, "--queue", queue, "--events", events, "--gateway", options.gateway]
    command = [str(word) for word in (options.soak, *numbers, *places)]
    if subprocess.run(command, cwd=REPOSITORY, check=False).returncode:
        raise SystemExit("the soak's meetings failed; see above")


class Reader(threading.Thread):
    """Repeats a reading until it finds nothing for a while after the end."""

    def __init__(self, read, ended: threading.Event):
        super().__init__(daemon=True)
        self.read, self.ended = read, ended
        self.errors: list[BaseException] = []

    def run(self) -> None:
        found = time.monotonic()
        try:
            while not self.ended.is_set() or time.monotonic() - found < QUIET_SECONDS:
                if self.read():
                    found = time.monotonic()
        except Exception as error:  # noqa: BLE001 (the main thread raises it)
            self.errors.append(error)


class BusReader(Reader):
    """Reads what arrives on the bus."""

    def __init__(self, bus: Bus, ended: threading.Event):
        super().__init__(self.take, ended)
        self.bus = bus
        self.entries: list[dict] = []

    def take(self) -> bool:
        """Takes what there is."""
        found = self.bus.take()
        self.entries += found
        if not found:
            time.sleep(0.5)
        return bool(found)


if __name__ == "__main__":
    sys.exit(main())
