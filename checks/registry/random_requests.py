"""Random writes to a few items, with random conditions on a few attributes."""

import random

VALUES = {
    ":text": {"S": "g1"},
    ":other": {"S": "g2"},
    ":one": {"N": "1"},
    ":two": {"N": "2"},
    ":set": {"SS": ["g1", "x"]},
    ":rest": {"SS": ["x"]},
    ":type": {"S": "N"},
}
# The values that each attribute gets: one type each, as in the registry's table.
ATTRIBUTES = {
    "generation": (":text", ":other"),
    "meeting": (":text", ":other"),
    "since": (":one", ":two"),
    "slots": (":set", ":rest"),
}


class Requests:
    """A sequence of requests that the seed decides."""

    def __init__(self, seed: int, partition: str):
        self.random = random.Random(seed)
        self.partition = partition

    def one(self) -> tuple[str, dict]:
        """An operation and its request."""
        kind = self.random.choice(["put", "put", "update", "update", "update", "delete", "transact"])
        if kind == "transact":
            kinds = self.random.choices(["Put", "Update", "Delete"], k=self.random.randint(1, 3))
            sorts = self.random.sample("abc", len(kinds))
            writes = [{kind: self.write(kind, sort)} for kind, sort in zip(kinds, sorts, strict=True)]
            return "transact_write_items", {"TransactItems": writes}
        request = self.write(kind.title(), self.random.choice("abc"))
        returned = ["NONE", "ALL_OLD", *(["ALL_NEW"] if kind == "update" else [])]
        return f"{kind}_item", request | {"ReturnValues": self.random.choice(returned)}

    def write(self, kind: str, sort: str) -> dict:
        """The members of a write, alone or in a transaction."""
        key = {"pk": {"S": self.partition}, "sk": {"S": sort}}
        request: dict = {"ReturnValuesOnConditionCheckFailure": self.random.choice(["NONE", "ALL_OLD"])}
        if kind == "Put":
            names = self.random.sample(list(ATTRIBUTES), self.random.randint(0, 4))
            request["Item"] = key | {name: VALUES[self.random.choice(ATTRIBUTES[name])] for name in names}
        else:
            request["Key"] = key
        if kind == "Update":
            request["UpdateExpression"] = self.update()
        if self.random.random() < 0.7:
            request["ConditionExpression"] = self.condition(2)
        text = request.get("UpdateExpression", "") + request.get("ConditionExpression", "")
        if used := {name: value for name, value in VALUES.items() if name in text}:
            request["ExpressionAttributeValues"] = used
        return request

    def update(self) -> str:
        """An update of one to three attributes."""
        clauses: dict[str, list[str]] = {}
        for name in self.random.sample(list(ATTRIBUTES), self.random.randint(1, 3)):
            kinds = {"since": ["SET", "ADD"], "slots": ["SET", "ADD", "DELETE"]}.get(name, ["SET"])
            # The first one writes: what only takes away makes no item in DynamoDB, but does in moto.
            kind = self.random.choice([*kinds, "REMOVE"]) if clauses else kinds[0]
            clauses.setdefault(kind, []).append(self.change(kind, name))
        return " ".join(f"{kind} {', '.join(changes)}" for kind, changes in clauses.items())

    def change(self, kind: str, name: str) -> str:
        """What one clause does to an attribute."""
        value = self.random.choice(ATTRIBUTES[name])
        if kind == "REMOVE":
            return name
        if kind in ("ADD", "DELETE"):
            return f"{name} {value}"
        forms = [value, f"if_not_exists({name}, {value})"]
        if name == "since":
            forms += ["if_not_exists(since, :one) + :two", "if_not_exists(since, :one) - :two"]
        return f"{name} = {self.random.choice(forms)}"

    def condition(self, depth: int) -> str:
        """A condition, with smaller ones in it."""
        if depth and self.random.random() < 0.5:
            one, two = self.condition(depth - 1), self.condition(depth - 1)
            return self.random.choice([f"({one}) AND ({two})", f"({one}) OR ({two})", f"NOT ({one})"])
        name = self.random.choice(list(ATTRIBUTES))
        value, other = (self.random.choice(ATTRIBUTES[name]) for _ in range(2))
        # Types are not mixed, since moto fails there.
        forms = [
            f"attribute_exists({name})",
            f"attribute_not_exists({name})",
            f"attribute_type({name}, :type)",
            f"{name} = {value}",
            f"{name} <> {value}",
            f"{name} IN ({value}, {other})",
            f"contains({name}, :text)" if name != "since" else "since BETWEEN :one AND :two",
        ]
        if name != "slots":
            forms.append(f"{name} {self.random.choice(['<', '<=', '>', '>='])} {value}")
        if name in ("generation", "meeting"):
            forms.append(f"begins_with({name}, :text)")
        return self.random.choice(forms)
