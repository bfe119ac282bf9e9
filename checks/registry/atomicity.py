#!/usr/bin/env python3
"""How atomic a stand-in for DynamoDB is: many threads at once want what only one may get.

    atomicity.py [--peer moto|ministack] [--endpoint URL] [--one-at-a-time] [--rounds N] [--threads N]

DynamoDB's conditional writes and its transactions are atomic. Rounds of gateway processes on a stand-in whose are not
say nothing about the gateway.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import Any

CHECKS = Path(__file__).resolve().parents[1]
sys.path += [str(CHECKS / "invocations"), str(CHECKS / "notifications")]

import boto3  # noqa: E402 (needs the path above)
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from one_at_a_time import OneAtATime  # noqa: E402
from peers import ACCOUNT, REGION, Peer  # noqa: E402
from registry_table import create_registry_table  # noqa: E402

# What a failed condition and a lost race for an item are called.
LOST = ("ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException")


@dataclass
class Contest:
    """Threads that send requests to one table at the same moment."""

    dynamodb: Any
    table: str
    threads: int = 8
    failures: list[str] = field(default_factory=list)
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self):
        self.pool = ThreadPoolExecutor(self.threads)

    def key(self, *names: object) -> dict:
        """The key of an item."""
        return {"pk": {"S": "-".join(str(name) for name in names)}, "sk": {"S": "item"}}

    def get(self, key: dict) -> dict:
        """Reads an item, strongly consistent; empty when there is none."""
        return self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})

    def run(self, request: Callable[[int], Any]) -> list[int]:
        """Lets every thread send its request at once. Returns the threads whose request was carried out."""
        start = Barrier(self.threads)

        def compete(thread: int) -> bool:
            start.wait()
            try:
                request(thread)
            except ClientError as error:
                if error.response["Error"]["Code"] not in LOST:
                    self.failures.append(f"{error.response['Error']['Code']}: {str(error)[:100]}")
                return False
            return True

        won = list(self.pool.map(compete, range(self.threads)))
        return [thread for thread, has_won in enumerate(won) if has_won]


def one_puts_an_item_that_is_absent(contest: Contest, number: int) -> str | None:
    """PutItem with attribute_not_exists: one succeeds, and its item is there."""
    key = contest.key("absent", number)

    def put(thread: int) -> None:
        item = key | {"owner": {"N": str(thread)}}
        contest.dynamodb.put_item(TableName=contest.table, Item=item, ConditionExpression="attribute_not_exists(pk)")

    won = contest.run(put)
    owner = contest.get(key).get("owner", {}).get("N")
    return None if [str(thread) for thread in won] == [owner] else f"{won} won, the item is {owner}'s"


def one_replaces_a_generation(contest: Contest, number: int) -> str | None:
    """PutItem with `generation = :g`: one succeeds, and the others are shown its item."""
    key = contest.key("generation", number)
    contest.dynamodb.put_item(TableName=contest.table, Item=key | {"generation": {"N": "100"}})
    shown = []

    def put(thread: int) -> None:
        try:
            contest.dynamodb.put_item(
                TableName=contest.table,
                Item=key | {"generation": {"N": str(thread)}},
                ConditionExpression="generation = :g",
                ExpressionAttributeValues={":g": {"N": "100"}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            shown.append(error.response.get("Item", {}).get("generation", {}).get("N"))
            raise

    won = contest.run(put)
    if len(won) != 1:
        return f"{won} won"
    others = Counter(shown) - Counter([str(won[0])] * (contest.threads - 1))
    return f"{won} won, others were shown {dict(others)}" if others else None


def one_deletes_an_item(contest: Contest, number: int) -> str | None:
    """DeleteItem with a condition on the item: one succeeds."""
    key = contest.key("deleted", number)
    contest.dynamodb.put_item(TableName=contest.table, Item=key | {"meeting": {"S": "m"}})

    def delete(_: int) -> None:
        contest.dynamodb.delete_item(
            TableName=contest.table,
            Key=key,
            ConditionExpression="meeting = :m",
            ExpressionAttributeValues={":m": {"S": "m"}},
        )

    won = contest.run(delete)
    return None if len(won) == 1 and not contest.get(key) else f"{won} won, the item is {contest.get(key)}"


def nobodys_addition_is_lost(contest: Contest, number: int) -> str | None:
    """UpdateItem with ADD to a set and to a number: every one counts."""
    key = contest.key("added", number)

    def add(thread: int) -> None:
        contest.dynamodb.update_item(
            TableName=contest.table,
            Key=key,
            UpdateExpression="ADD slots :slots, additions :one",
            ExpressionAttributeValues={":slots": {"SS": [str(thread)]}, ":one": {"N": "1"}},
        )

    contest.run(add)
    item = contest.get(key)
    slots, additions = sorted(item["slots"]["SS"]), item["additions"]["N"]
    wanted = sorted(str(thread) for thread in range(contest.threads))
    return None if (slots, additions) == (wanted, str(contest.threads)) else f"the item is {slots} {additions}"


def one_transaction_publishes(contest: Contest, number: int) -> str | None:
    """TransactWriteItems of one's own item and one that all want: one succeeds, and the others write nothing."""
    room = contest.key("room", number)
    contest.dynamodb.put_item(TableName=contest.table, Item=room | {"generation": {"N": "1"}})

    def update(key: dict, thread: int, condition: str) -> dict:
        return {
            "Update": {
                "TableName": contest.table,
                "Key": key,
                "UpdateExpression": "SET meeting = :m",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": {":m": {"N": str(thread)}},
            }
        }

    def publish(thread: int) -> None:
        # Its own item stands first, so that a stand-in writes it before it finds that the other's condition fails.
        own = update(contest.key("slot", number, thread), thread, "attribute_not_exists(meeting)")
        contest.dynamodb.transact_write_items(
            TransactItems=[own, update(room, thread, "attribute_not_exists(meeting)")]
        )

    won = contest.run(publish)
    meeting = contest.get(room).get("meeting", {}).get("N")
    slots = [thread for thread in range(contest.threads) if contest.get(contest.key("slot", number, thread))]
    if len(won) == 1 and [str(won[0])] == [meeting] and slots == won:
        return None
    return f"{won} won, the room is {meeting}'s, slots were written of {slots}"


def transactions_move_and_lose_nothing(contest: Contest, number: int) -> str | None:
    """TransactWriteItems that move one from an item to another, as long as there is one: the sum stays."""
    giver, taker = contest.key("giver", number), contest.key("taker", number)
    has = contest.threads // 2
    contest.dynamodb.put_item(TableName=contest.table, Item=giver | {"has": {"N": str(has)}})
    contest.dynamodb.put_item(TableName=contest.table, Item=taker | {"has": {"N": "0"}})

    def add(key: dict, count: int, **condition: object) -> dict:
        values = {":n": {"N": str(count)}} | condition.pop("values", {})
        common = {"TableName": contest.table, "Key": key, "UpdateExpression": "ADD has :n"}
        return {"Update": common | {"ExpressionAttributeValues": values} | condition}

    def move(thread: int) -> None:
        items = [add(taker, 1), add(giver, -1, ConditionExpression="has > :none", values={":none": {"N": "0"}})]
        contest.dynamodb.transact_write_items(TransactItems=items if thread % 2 else items[::-1])

    won = contest.run(move)
    left, moved = (int(contest.get(key)["has"]["N"]) for key in (giver, taker))
    return None if (left, moved) == (has - len(won), len(won)) and left >= 0 else f"{won} won, {left} and {moved}"


CONTESTS = [
    one_puts_an_item_that_is_absent,
    one_replaces_a_generation,
    one_deletes_an_item,
    nobodys_addition_is_lost,
    one_transaction_publishes,
    transactions_move_and_lose_nothing,
]


def faults_of(endpoint: str, table: str, rounds: int, threads: int = 8) -> dict[str, list[str]]:
    """Runs every contest so often; returns what went wrong, by contest."""
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=threads)
    credentials = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "made-up"}
    dynamodb = boto3.client("dynamodb", endpoint_url=endpoint, region_name=REGION, config=config, **credentials)
    contest = Contest(dynamodb, create_registry_table(dynamodb, table), threads)
    found = {}
    with contest.pool:
        for each in CONTESTS:
            found[each.__name__] = [fault for number in range(rounds) if (fault := each(contest, number))]
            # A stand-in that fails where DynamoDB does not is no better.
            found[each.__name__] += contest.failures
            contest.failures.clear()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", choices=("moto", "ministack"), default="ministack")
    parser.add_argument("--endpoint", help="of any other stand-in, which runs already")
    parser.add_argument("--one-at-a-time", action="store_true", help="pass on one request at a time")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    with ExitStack() as stack:
        endpoint = options.endpoint or stack.enter_context(Peer(options.peer)).url
        if options.one_at_a_time:
            endpoint = stack.enter_context(OneAtATime(endpoint)).url
        found = faults_of(endpoint, "atomicity", options.rounds, options.threads)
    for name, faults in found.items():
        first = f", such as: {faults[0]}" if faults else ""
        print(f"{name}: {len(faults)} faults in {options.rounds} rounds{first}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
