"""The table that `local` plays, beside two other DynamoDBs: the same answers, and the same items afterwards."""

import pytest
from peers import Peer
from player_requests import REFUSED, VALID
from processes import LocalServices
from random_requests import Requests
from registry_table import create_registry_table
from two_tables import TABLE, Answer, client, filled, items, send

# What the peers answer otherwise than DynamoDB does, by the reason of the request. Where one of them differs, the other
# one answers as the player does. Where both differ: DynamoDB's developer guide on numbers, placeholders and key
# conditions, and for updates that only take away ScyllaDB's tests, which pass on DynamoDB (scylladb/scylladb#5862).
DIFFERENCES = {
    "moto": {
        "numbers and text have no order": "500",
        "one number in two forms": "keeps both",
        "a number with zeros at its end": "keeps the zeros",
        "what only takes away makes no item": "makes one",
        "no write": "takes it",
        "a value that is not given": "500",
        "a value that is not used": "takes it",
        "no expression at all": "takes it",
        "a comparison of no kind": "500",
        "an open parenthesis": "500",
        "an empty condition": "500",
        "one operand too many": "500",
        "a set with one element twice": "keeps both",
        "a number that is too long": "keeps it",
        "two types of one value": "takes the first",
        "a value without a type": "500",
        "a name that is not given": "500",
        "a name without its sign": "takes it",
        "text is not added": "makes an item although it refuses",
        "too much in an updated item": "makes an item although it refuses",
        "a query of two partitions": "500",
        "an unequal sort key": "500",
        "a member of text": "changes nothing",
        "a limit of none": "500",
    },
    "ministack": {
        "one number in two forms": "refuses it",
        "what only takes away makes no item": "makes one",
        "a write of two kinds": "carries out the first",
        "a name without its sign": "takes it",
        "one path twice": "takes the last",
        "a path and what is in it": "does both",
        "one clause twice": "takes the last",
        "an unfinished update": "takes it",
        "a sum with text": "changes nothing",
        "a query of two partitions": "answers what it finds first",
        "an unequal sort key": "answers it",
    },
}
SEQUENCES = 6
REQUESTS = 40


@pytest.fixture(scope="module", params=["moto", "ministack"])
def tables(request):
    """The peer's name, the player's client and the peer's, each with an empty table."""
    with Peer(request.param) as peer, LocalServices() as local:
        clients = [client(local.registry_url), client(peer.url)]
        for each in clients:
            create_registry_table(each, TABLE)
        yield request.param, *clients


def carried_out(dynamodb, case) -> tuple[Answer, list[dict]]:
    """Sends a request after what is there before; returns the answer and the items afterwards."""
    for one in case.before:
        before = send(dynamodb, "put_item", {"Item": filled(one, case.partition)})
        assert before.code == "", before
    answer = send(dynamodb, case.operation, filled(case.request, case.partition))
    return answer, items(dynamodb, case.partition)


@pytest.mark.parametrize("case", [*VALID, *REFUSED], ids=lambda case: case.reason)
def test_both_answer_alike(tables, case):
    name, player, peer = tables
    ours, theirs = carried_out(player, case), carried_out(peer, case)
    is_refused = ours[0].code in ("ValidationException", "ResourceNotFoundException")
    assert is_refused == (case in REFUSED), ours
    are_alike = ours[0].essence == theirs[0].essence and ours[1] == theirs[1]
    assert are_alike != (case.reason in DIFFERENCES[name]), f"\n{ours}\n{theirs}"


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_both_do_the_same_with_random_requests(tables, seed):
    _, player, peer = tables
    partition = f"random#{seed}"
    requests = Requests(seed, partition)
    for _ in range(REQUESTS):
        operation, request = requests.one()
        ours, theirs = (send(dynamodb, operation, request) for dynamodb in (player, peer))
        assert ours.essence == theirs.essence, f"{operation} {request}\n{ours}\n{theirs}"
        ours_after, theirs_after = (items(dynamodb, partition) for dynamodb in (player, peer))
        assert ours_after == theirs_after, f"{operation} {request}"


def test_every_known_difference_is_of_a_request():
    reasons = {case.reason for case in (*VALID, *REFUSED)}
    assert len(reasons) == len([*VALID, *REFUSED]), "two requests have one partition"
    assert {reason for differences in DIFFERENCES.values() for reason in differences} <= reasons
