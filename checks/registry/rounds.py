#!/usr/bin/env python3
"""Rounds of gateway processes (local/src/bin/races) on the DynamoDB of `local`, on moto and on ministack.

rounds.py [--rounds N] [--on player|moto|ministack ...] [--first N] [--seed N] [--gateway FILE]
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

CHECKS = Path(__file__).resolve().parents[1]
sys.path += [str(CHECKS / "invocations"), str(CHECKS / "notifications")]

from one_at_a_time import OneAtATime  # noqa: E402 (needs the path above)
from peers import Peer  # noqa: E402
from processes import REPOSITORY  # noqa: E402
from registry_table import create_registry_table  # noqa: E402

TABLES = ("player", "moto", "ministack")
RACES = ("rooms", "limits")
# moto copies every table for each transaction, so that it gets a new table before that takes long. The others, and the
# programs around them, keep all that they were asked in memory.
ROUNDS_OF_A_TABLE = {"player": 250, "moto": 25, "ministack": 250}


@contextmanager
def registry(name: str) -> Iterator[list[str]]:
    """Starts a stand-in with the table; yields the options of `races` for it."""
    if name == "player":
        yield []
        return
    with ExitStack() as stack:
        peer = stack.enter_context(Peer(name))
        table = create_registry_table(peer.client("dynamodb"))
        url = peer.url if name == "ministack" else stack.enter_context(OneAtATime(peer.url)).url
        yield ["--registry", url, "--table", table]


def play(name: str, rounds: int, *options: object, first: int = 0) -> None:
    """Plays rounds of rooms and of limits on a stand-in; raises CalledProcessError when one fails."""
    for begin in range(first, first + rounds, ROUNDS_OF_A_TABLE[name]):
        count = min(ROUNDS_OF_A_TABLE[name], first + rounds - begin)
        with registry(name) as places:
            races(*RACES, *places, "--first", begin, "--rounds", count, *options)


def attack(name: str, *options: object) -> None:
    """Plays the attack on a tenant; raises CalledProcessError when it succeeds."""
    with registry(name) as places:
        races("attack", *places, *options)


def races(*arguments: object) -> None:
    """Runs the program."""
    command = [str(word) for word in (REPOSITORY / "target" / "debug" / "races", *arguments)]
    print("$", *command, flush=True)
    subprocess.run(command, cwd=REPOSITORY, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--on", nargs="+", choices=TABLES, default=TABLES)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gateway", type=Path, default=REPOSITORY / "target" / "debug" / "gateway")
    options = parser.parse_args()
    for name in options.on:
        started = time.monotonic()
        try:
            play(name, options.rounds, "--seed", options.seed, "--gateway", options.gateway, first=options.first)
            attack(name, "--gateway", options.gateway)
        except subprocess.CalledProcessError:
            print(f"FAILED on {name}", flush=True)
            return 1
        print(f"{options.rounds} rounds on {name} in {time.monotonic() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
