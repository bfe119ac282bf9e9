"""The stand-ins, as the other tests use them, are as atomic as DynamoDB is."""

import pytest
from atomicity import CONTESTS, Contest, faults_of
from processes import LocalServices

ROUNDS = 10


def test_of_many_threads_only_as_many_win_as_may(endpoint):
    assert faults_at(endpoint) == {}


def test_so_it_is_at_the_table_that_local_plays():
    with LocalServices() as local:
        assert faults_at(local.registry_url) == {}


def faults_at(endpoint):
    return {name: faults for name, faults in faults_of(endpoint, "atomicity", ROUNDS).items() if faults}


class Careless:
    """A DynamoDB that forgets conditions, and the second of two additions."""

    def __init__(self):
        self.items = {}

    def put_item(self, Item, **_):  # noqa: N803 (boto3's names)
        self.items[Item["pk"]["S"]] = Item

    def get_item(self, Key, **_):  # noqa: N803
        return {"Item": self.items.get(Key["pk"]["S"], {})}

    def delete_item(self, Key, **_):  # noqa: N803
        self.items.pop(Key["pk"]["S"], None)

    def update_item(self, Key, ExpressionAttributeValues, **_):  # noqa: N803
        key, values = Key["pk"]["S"], ExpressionAttributeValues
        if ":slots" in values:
            self.items[key] = Key | {"slots": values[":slots"], "additions": values[":one"]}
        else:
            has = int(self.items[key]["has"]["N"]) + int(values[":n"]["N"])
            self.items[key] = Key | ({"meeting": values[":m"]} if ":m" in values else {"has": {"N": str(has)}})

    def transact_write_items(self, TransactItems):  # noqa: N803
        for item in TransactItems:
            update = item["Update"]
            if ":m" in update["ExpressionAttributeValues"]:
                self.put_item(update["Key"] | {"meeting": update["ExpressionAttributeValues"][":m"]})
            else:
                self.update_item(update["Key"], update["ExpressionAttributeValues"])


@pytest.mark.parametrize("contest", CONTESTS)
def test_a_contest_notices_writes_without_their_conditions(contest):
    careless = Contest(Careless(), "any")
    with careless.pool:
        assert contest(careless, 1)
