"""Requests to the table of `local` and to another DynamoDB: each with its reason, and what is there before."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A request about the partition of its name."""

    reason: str
    operation: str
    request: dict
    before: list[dict] = field(default_factory=list)

    @property
    def partition(self) -> str:
        """The partition, which no other case has."""
        return f"case#{self.reason}"


def key(sort: str = "room") -> dict:
    """A key, whose partition is filled in."""
    return {"pk": {"S": "PARTITION"}, "sk": {"S": sort}}


def item(sort: str = "room", **attributes: dict) -> dict:
    """An item, whose partition is filled in."""
    return key(sort) | attributes


def s(text: str) -> dict:
    return {"S": text}


def n(number: str | int) -> dict:
    return {"N": str(number)}


def values(**named: dict) -> dict:
    """Values of placeholders."""
    return {f":{name}": value for name, value in named.items()}


def put(reason: str, condition: str | None, given: dict, before: list[dict], **attributes: dict) -> Case:
    """A PutItem with a condition that shows the item where it fails."""
    request: dict = {"Item": item(**attributes), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if condition:
        request["ConditionExpression"] = condition
        if "#request" in condition:
            request["ExpressionAttributeNames"] = {"#request": "request"}
    if given:
        request["ExpressionAttributeValues"] = given
    return Case(reason, "put_item", request, before)


def update(
    reason: str, expression: str, given: dict | None = None, before: list[dict] | None = None, **more: object
) -> Case:
    """An UpdateItem that returns the whole item."""
    request = {"Key": key(), "UpdateExpression": expression, "ReturnValues": "ALL_NEW"} | more
    if given:
        request["ExpressionAttributeValues"] = given
    return Case(reason, "update_item", request, before or [])


def transaction(reason: str, before: list[dict], *writes: dict, **more: object) -> Case:
    """A TransactWriteItems."""
    return Case(reason, "transact_write_items", {"TransactItems": list(writes)} | more, before)


def query(reason: str, condition: str, given: dict, **more: object) -> Case:
    """A Query over four items."""
    before = [item(sort, number=n(index)) for index, sort in enumerate(["0000", "0001", "0002", "turn"])]
    given = {":p": s("PARTITION")} | given
    request = {"KeyConditionExpression": condition, "ExpressionAttributeValues": given, "ConsistentRead": True} | more
    return Case(reason, "query", request, before)


ROOM = [item(generation=s("g1"), since=n(100), meeting=s("m1"))]
EMPTY_ROOM = [item(generation=s("g1"), since=n(100))]
SLOT = [item(request=s("r1"), since=n(100), expires=n(700))]
OWN_SLOT = "attribute_not_exists(pk) OR expires <= :now OR (#request = :r AND attribute_not_exists(meeting))"
NO_OTHER = "generation = :g AND (attribute_not_exists(meeting) OR meeting = :m)"
SET_MEETING = {"Key": key(), "UpdateExpression": "SET meeting = :m", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
EVERY_TYPE = item(
    text=s("ü€"),
    amount=n("12.5"),
    bytes={"B": b"\x00\xff"},
    yes={"BOOL": True},
    nothing={"NULL": True},
    seats={"SS": ["b", "a"]},
    numbers={"NS": ["2", "10", "1"]},
    blobs={"BS": [b"b", b"a"]},
    parts={"L": [s("x"), {"L": []}, {"M": {}}]},
    place={"M": {"city": s("Bern"), "deep": {"M": {"er": n(1)}}}},
)

CONDITIONS = [
    put("nothing is there", "attribute_not_exists(pk)", {}, [], generation=s("g2")),
    put("something is there", "attribute_not_exists(pk)", {}, EMPTY_ROOM, generation=s("g2")),
    put(
        "the generation stands without a meeting",
        "generation = :g AND attribute_not_exists(meeting)",
        values(g=s("g1")),
        EMPTY_ROOM,
        generation=s("g2"),
    ),
    put(
        "the generation has a meeting",
        "generation = :g AND attribute_not_exists(meeting)",
        values(g=s("g1")),
        ROOM,
        generation=s("g2"),
    ),
    put(
        "the generation and its meeting stand",
        "generation = :g AND meeting = :m",
        values(g=s("g1"), m=s("m1")),
        ROOM,
        generation=s("g2"),
    ),
    put("another meeting", "generation = :g AND meeting = :m", values(g=s("g1"), m=s("m2")), ROOM, generation=s("g2")),
    put(
        "a condition on what is not there",
        "generation = :g AND meeting = :m",
        values(g=s("g1"), m=s("m2")),
        [],
        generation=s("g2"),
    ),
    put("a free slot", OWN_SLOT, values(now=n(500), r=s("r2")), [], request=s("r2")),
    put("another's slot one second before it expires", OWN_SLOT, values(now=n(699), r=s("r2")), SLOT, request=s("r2")),
    put("another's slot as it expires", OWN_SLOT, values(now=n(700), r=s("r2")), SLOT, request=s("r2")),
    put("one's own slot", OWN_SLOT, values(now=n(500), r=s("r1")), SLOT, request=s("r1")),
    put(
        "one's own slot with a meeting",
        OWN_SLOT,
        values(now=n(500), r=s("r1")),
        [SLOT[0] | {"meeting": s("m1")}],
        request=s("r1"),
    ),
    put("numbers are compared by value", "expires < :n", values(n=n("1000.0")), SLOT),
    put("text is compared by its bytes", "generation < :n", values(n=s("é")), EMPTY_ROOM),
    put("a number is not text", "expires = :n", values(n=s("700")), SLOT),
    put("numbers and text have no order", "expires < :n", values(n=s("x")), SLOT),
    put("one number has many forms", "expires = :n", values(n=n("7.00e2")), SLOT),
    put("unequal to what is not there", "meeting <> :m", values(m=s("m1")), EMPTY_ROOM),
    put("not equal to what is not there", "NOT meeting = :m", values(m=s("m1")), EMPTY_ROOM),
    put("between", "expires BETWEEN :a AND :b", values(a=n(699), b=n(700)), SLOT),
    put("in a list", "#request IN (:a, :b)", values(a=s("r0"), b=s("r1")), SLOT),
    put("in no list", "#request IN (:a)", values(a=s("r0")), SLOT),
    put("a set contains it", "contains(slots, :a)", values(a=s("x")), [item(slots={"SS": ["x", "y"]})]),
    put("a set does not contain it", "contains(slots, :a)", values(a=s("z")), [item(slots={"SS": ["x", "y"]})]),
    put("sets are equal in any order", "slots = :a", values(a={"SS": ["y", "x"]}), [item(slots={"SS": ["x", "y"]})]),
    put("text contains text", "contains(#request, :a)", values(a=s("1")), SLOT),
    put("begins with it", "begins_with(#request, :a)", values(a=s("r")), SLOT),
    put("the size of text", "size(#request) = :n", values(n=n(2)), SLOT),
    put("the size of a set", "size(slots) >= :n", values(n=n(2)), [item(slots={"SS": ["x", "y"]})]),
    put("the type", "attribute_type(expires, :t)", values(t=s("N")), SLOT),
    put("another type", "attribute_type(expires, :t)", values(t=s("S")), SLOT),
    put("AND before OR", "attribute_exists(pk) OR attribute_exists(pk) AND attribute_not_exists(pk)", {}, SLOT),
    put("NOT before AND", "NOT attribute_exists(pk) AND attribute_not_exists(pk)", {}, SLOT),
    put("keywords in small letters", "attribute_exists(pk) and not attribute_exists(meeting)", {}, SLOT),
    put("a path into a map", "place.city = :c", values(c=s("Bern")), [EVERY_TYPE]),
    put("a path into a list", "parts[0] = :c", values(c=s("x")), [EVERY_TYPE]),
    put("two paths", "since < expires", {}, SLOT),
    Case(
        "a delete that may",
        "delete_item",
        {
            "Key": key(),
            "ConditionExpression": "meeting = :m",
            "ExpressionAttributeValues": values(m=s("m1")),
            "ReturnValues": "ALL_OLD",
        },
        ROOM,
    ),
    Case(
        "a delete that may not",
        "delete_item",
        {
            "Key": key(),
            "ConditionExpression": "meeting = :m",
            "ExpressionAttributeValues": values(m=s("m2")),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        ROOM,
    ),
    Case("a delete of what is not there", "delete_item", {"Key": key(), "ReturnValues": "ALL_OLD"}),
    Case(
        "a conditional delete of what is not there",
        "delete_item",
        {
            "Key": key(),
            "ConditionExpression": "attribute_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    Case("a put returns what it replaces", "put_item", {"Item": item(), "ReturnValues": "ALL_OLD"}, ROOM),
    Case("a put returns nothing where nothing was", "put_item", {"Item": item(), "ReturnValues": "ALL_OLD"}),
    Case("a put of every type", "put_item", {"Item": EVERY_TYPE}),
]

UPDATES = [
    update(
        "an update makes an item",
        "SET tenant = :t, #d = :d",
        values(t=s("acme"), d=s("2026-11-26")),
        ExpressionAttributeNames={"#d": "day"},
    ),
    update("an update keeps the rest", "SET tenant = :t", values(t=s("acme")), ROOM),
    update("a set grows", "ADD slots :s", values(s={"SS": ["b", "c"]}), [item(slots={"SS": ["a", "b"]})]),
    update("a set begins", "ADD slots :s", values(s={"SS": ["b"]})),
    update("a set of numbers grows", "ADD slots :s", values(s={"NS": ["1", "2"]}), [item(slots={"NS": ["1"]})]),
    update("one number in two forms", "ADD slots :s", values(s={"NS": ["1.0", "2"]}), [item(slots={"NS": ["1"]})]),
    update("a number with zeros at its end", "SET a = :n", values(n=n("12.50"))),
    update("a number grows", "ADD minutes :n", values(n=n("1.5")), [item(minutes=n("0.25"))]),
    update("a number begins", "ADD minutes :n", values(n=n(-3))),
    update("a set shrinks", "DELETE slots :s", values(s={"SS": ["b", "c"]}), [item(slots={"SS": ["a", "b"]})]),
    update("a set that is empty is gone", "DELETE slots :s", values(s={"SS": ["a"]}), [item(slots={"SS": ["a"]})]),
    update("a sum", "SET minutes = minutes + :n", values(n=n(2)), [item(minutes=n(40))]),
    update("a difference", "SET minutes = :n - minutes", values(n=n(2)), [item(minutes=n(40))]),
    update("a value that is kept", "SET since = if_not_exists(since, :n)", values(n=n(2)), ROOM),
    update("a value that begins", "SET since = if_not_exists(since, :n)", values(n=n(2))),
    update("a counter that begins", "SET since = if_not_exists(since, :z) + :n", values(n=n(2), z=n(0))),
    update("a list grows", "SET parts = list_append(parts, :l)", values(l={"L": [n(1)]}), [EVERY_TYPE]),
    update("a member of a map", "SET place.city = :c", values(c=s("Basel")), [EVERY_TYPE]),
    update("an element of a list", "SET parts[1] = :c", values(c=s("y")), [EVERY_TYPE]),
    update("an element behind the list", "SET parts[9] = :c", values(c=s("y")), [EVERY_TYPE]),
    update("what only takes away makes no item", "REMOVE meeting DELETE slots :s", values(s={"SS": ["a"]})),
    update("members go", "REMOVE place.city, meeting, parts[0]", None, [EVERY_TYPE]),
    update(
        "all clauses at once",
        "SET a = :s REMOVE yes ADD amount :n DELETE seats :x",
        values(s=s("1"), n=n(1), x={"SS": ["a"]}),
        [EVERY_TYPE],
    ),
    update("values are those of before", "SET a = b, b = a", None, [item(a=n(1), b=n(2))]),
    update("what changed", "SET tenant = :t REMOVE meeting", values(t=s("acme")), ROOM, ReturnValues="UPDATED_NEW"),
    update("what was changed", "SET since = :t", values(t=n(7)), ROOM, ReturnValues="UPDATED_OLD"),
    update("what was there", "SET ended = :t", values(t={"BOOL": True}), ROOM, ReturnValues="ALL_OLD"),
    update("nothing was there", "SET ended = :t", values(t={"BOOL": True}), ReturnValues="ALL_OLD"),
    update(
        "an update that may not",
        "SET meeting = :m",
        values(m=s("m2"), g=s("g2")),
        ROOM,
        ConditionExpression="generation = :g",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    ),
    update(
        "an update that may", "SET meeting = :m", values(m=s("m2"), g=s("g1")), EMPTY_ROOM, ConditionExpression=NO_OTHER
    ),
]

TRANSACTIONS = [
    transaction(
        "one transaction of every kind",
        [*ROOM, item("gone"), item("checked")],
        {"Put": {"Item": item("new", a=n(1))}},
        {"Update": {"Key": key(), "UpdateExpression": "SET a = :a", "ExpressionAttributeValues": values(a=n(2))}},
        {"Delete": {"Key": key("gone")}},
        {"ConditionCheck": {"Key": key("checked"), "ConditionExpression": "attribute_exists(pk)"}},
    ),
    transaction(
        "published",
        EMPTY_ROOM,
        {
            "Update": SET_MEETING
            | {"ConditionExpression": NO_OTHER, "ExpressionAttributeValues": values(g=s("g1"), m=s("m2"))}
        },
    ),
    transaction(
        "another meeting is published",
        ROOM,
        {"Put": {"Item": item("meeting"), "ConditionExpression": "attribute_not_exists(pk)"}},
        {
            "Update": SET_MEETING
            | {"ConditionExpression": NO_OTHER, "ExpressionAttributeValues": values(g=s("g1"), m=s("m2"))}
        },
    ),
    transaction(
        "two conditions fail",
        ROOM,
        {
            "Put": {
                "Item": item(),
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        {
            "Delete": {
                "Key": key("absent"),
                "ConditionExpression": "attribute_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
    ),
]

QUERIES = [
    query("a whole partition", "pk = :p", {}),
    query("numbers of slots", "pk = :p AND sk < :t", values(t=s("t"))),
    query("one by one key", "pk = :p AND sk = :t", values(t=s("turn"))),
    query("sort keys between", "pk = :p AND sk BETWEEN :a AND :b", values(a=s("0001"), b=s("0002"))),
    query("sort keys that begin so", "pk = :p AND begins_with(sk, :a)", values(a=s("000"))),
    query("the last first", "pk = :p", {}, ScanIndexForward=False),
    query("two of them", "pk = :p", {}, Limit=2),
    query("two after the first", "pk = :p", {}, Limit=2, ExclusiveStartKey=key("0000")),
    query("after the last", "pk = :p", {}, ExclusiveStartKey=key("turn")),
    query("before the third, backwards", "pk = :p", {}, ExclusiveStartKey=key("0002"), ScanIndexForward=False),
    query("a filter", "pk = :p", values(n=n(1)), FilterExpression="#n > :n", ExpressionAttributeNames={"#n": "number"}),
    query("parts of items", "pk = :p", {}, ProjectionExpression="sk"),
    query("how many", "pk = :p", {}, Select="COUNT"),
    Case(
        "nothing of that partition",
        "query",
        {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": values(p=s("nobody"))},
    ),
    Case("an item", "get_item", {"Key": key(), "ConsistentRead": True}, [EVERY_TYPE]),
    Case("no item", "get_item", {"Key": key(), "ConsistentRead": True}),
    Case(
        "parts of an item",
        "get_item",
        {
            "Key": key(),
            "ProjectionExpression": "place.deep.er, parts[0], #t, absent",
            "ExpressionAttributeNames": {"#t": "text"},
        },
        [EVERY_TYPE],
    ),
]

# Requests that are carried out, or that fail by their condition.
VALID = [*CONDITIONS, *UPDATES, *TRANSACTIONS, *QUERIES]

LONG = "x" * 410_000
REFUSED = [
    put("a reserved word", "ttl = :n", values(n=n(1)), []),
    put("a value that is not given", "expires = :none", {}, []),
    put("a value that is not used", "attribute_not_exists(pk)", values(n=n(1)), []),
    put("no expression at all", None, values(n=n(1)), []),
    put("an unknown function", "exists(pk)", {}, []),
    put("a comparison of no kind", "expires == :n", values(n=n(1)), []),
    put("an open parenthesis", "(attribute_exists(pk)", {}, []),
    put("an empty condition", " ", {}, []),
    put("one operand too many", "attribute_exists(pk, sk)", {}, []),
    put("too much in an item", None, {}, [], text=s(LONG)),
    put("an empty set", None, {}, [], slots={"SS": []}),
    put("a set with one element twice", None, {}, [], slots={"SS": ["a", "a"]}),
    put("a number that is none", None, {}, [], number=n("one")),
    put("a number that is too long", None, {}, [], number=n("1" * 39)),
    put("two types of one value", None, {}, [], number={"S": "1", "N": "1"}),
    put("a value without a type", None, {}, [], number={}),
    Case("a name that is not given", "put_item", {"Item": item(), "ConditionExpression": "attribute_exists(#x)"}),
    Case(
        "a name that is not used",
        "put_item",
        {"Item": item(), "ConditionExpression": "attribute_not_exists(pk)", "ExpressionAttributeNames": {"#x": "x"}},
    ),
    Case(
        "a name without its sign",
        "put_item",
        {"Item": item(), "ConditionExpression": "attribute_not_exists(x)", "ExpressionAttributeNames": {"x": "x"}},
    ),
    Case("an item without its sort key", "put_item", {"Item": {"pk": s("PARTITION")}}),
    Case("a sort key of another type", "put_item", {"Item": item() | {"sk": n(1)}}),
    Case("an empty sort key", "put_item", {"Item": item("")}),
    Case("a sort key that is too long", "put_item", {"Item": item("x" * 1_025)}),
    Case("a partition key that is too long", "put_item", {"Item": item() | {"pk": s("x" * 2_049)}}),
    Case("a key without its sort key", "get_item", {"Key": {"pk": s("PARTITION")}}),
    Case("a key with more than the key", "get_item", {"Key": item(a=n(1))}),
    Case("a put that returns the new", "put_item", {"Item": item(), "ReturnValues": "ALL_NEW"}),
    Case("a table that is not there", "get_item", {"TableName": "absent", "Key": key()}),
    update("a part of the key", "SET sk = :s", values(s=s("x"))),
    update("one path twice", "SET a = :s, a = :s", values(s=s("x"))),
    update("a path and what is in it", "SET place.city = :s REMOVE place", values(s=s("x")), [EVERY_TYPE]),
    update("one clause twice", "SET a = :s SET b = :s", values(s=s("x"))),
    update("no clause", "a = :s", values(s=s("x"))),
    update("an empty update", "", None),
    update("an unfinished update", "SET a =", None),
    update("a reserved word in an update", "SET day = :s", values(s=s("x"))),
    update("text is not added", "ADD a :s", values(s=s("x"))),
    update("a number is added to text", "ADD generation :n", values(n=n(1)), ROOM),
    update("a sum with text", "SET generation = generation + :n", values(n=n(1)), ROOM),
    update("an attribute that is not there", "SET a = b", None, ROOM),
    update("a member of what is not there", "SET absent.city = :s", values(s=s("x")), ROOM),
    update("a member of text", "SET generation.city = :s", values(s=s("x")), ROOM),
    update("too much in an updated item", "SET a = :s", values(s=s(LONG))),
    transaction("one item twice", [], {"Put": {"Item": item()}}, {"Delete": {"Key": key()}}),
    transaction("a write of two kinds", [], {"Put": {"Item": item()}, "Delete": {"Key": key("x")}}),
    transaction("no write", []),
    query("a query without its partition", "sk = :t", values(t=s("turn"))),
    query("a query beside its key", "pk = :p AND meeting = :t", values(t=s("turn"))),
    query("a query of two partitions", "pk = :p OR pk = :t", values(t=s("turn"))),
    query("an unequal sort key", "pk = :p AND sk <> :t", values(t=s("turn"))),
    query("a range of partitions", "pk > :p", {}),
    query("a limit of none", "pk = :p", {}, Limit=0),
]
