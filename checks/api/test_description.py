"""openapi.yaml by itself, and against the table of operations."""

import json
import subprocess
import urllib.request

import openapi_spec_validator
from description import operations
from jsonschema import Draft202012Validator
from processes import REPOSITORY


def rows_of_the_document(document: dict) -> set[tuple]:
    """Returns method, path, query, name and right of each operation, as the document has them."""
    return {
        (method, path, row.get("query"), row["name"], row["right"])
        for (method, path), entry in operations(document).items()
        for row in entry["x-operations"]
    }


def rows_of_the_table() -> set[tuple]:
    """Returns the same of the table of operations, as `local` lists it."""
    command = [REPOSITORY / "target" / "debug" / "local", "operations"]
    listing = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = set()
    for line in listing.splitlines():
        method, address, name, right = line.split(maxsplit=3)
        path, _, query = address.partition("?operation=")
        rows.add((method, path, query or None, name, right))
    return rows


def test_document_is_valid_openapi(document):
    openapi_spec_validator.validate(document)


def test_document_as_json_is_the_same_in_the_same_order(document, local):
    with urllib.request.urlopen(f"{local.url}/openapi.json") as answer:
        served = answer.read()
    assert json.dumps(json.loads(served)) == json.dumps(document)


def test_document_has_exactly_the_operations_of_the_table(document):
    assert rows_of_the_document(document) == rows_of_the_table()
    assert len(rows_of_the_document(document)) >= 15


def test_each_entry_agrees_with_the_operations_that_it_names(document):
    for entry in operations(document).values():
        rows = entry["x-operations"]
        name = rows[0]["name"]
        assert entry["operationId"] == name
        successes = [status for status in entry["responses"] if status.startswith("2")]
        assert successes == sorted({str(row["success"]) for row in rows}), name
        # Where two operations share an entry, only `x-operations` can tell their rights apart.
        assert entry.get("x-right") == (rows[0]["right"] if len(rows) == 1 else None), name
        queries = [row["query"] for row in rows if "query" in row]
        named = [parameter for parameter in entry["parameters"] if parameter.get("name") == "operation"]
        assert [parameter["schema"]["enum"] for parameter in named] == ([queries] if queries else []), name
        # Without `operation` the first row would be meant, so it must be there when each row has a query.
        assert [parameter.get("required", False) for parameter in named] == (
            [len(queries) == len(rows)] if queries else []
        ), name
        for row in rows:
            assert len(rows) == 1 or f"**{row['name']}**" in entry["description"]
            rights = ("Create", "Join", "Moderate", "End")
            assert [right for right in rights if right in row["right"] and right not in entry["description"]] == []


def test_both_creations_take_the_same_members(document):
    schemas = document["components"]["schemas"]
    members = schemas["MeetingRequest"]["properties"]
    assert schemas["MeetingWithAttendeesRequest"]["properties"] == members | {
        "Attendees": schemas["MeetingWithAttendeesRequest"]["properties"]["Attendees"]
    }


def test_a_room_takes_the_members_of_an_attendee_and_of_a_meeting_but_its_name_and_token(document):
    schemas = document["components"]["schemas"]
    members = {name: schemas[name]["properties"] for name in ("AttendeeRequest", "MeetingRequest")}
    meeting = {"Meeting": {"$ref": "#/components/schemas/RoomMeetingRequest"}}
    assert schemas["RoomRequest"]["properties"] == members["AttendeeRequest"] | meeting
    from_the_room = {"ExternalMeetingId", "ClientRequestToken"}
    assert from_the_room <= members["MeetingRequest"].keys()
    assert schemas["RoomMeetingRequest"]["properties"] == {
        name: member for name, member in members["MeetingRequest"].items() if name not in from_the_room
    }


def schema_names(document: dict, schema: dict) -> set[str]:
    """Returns the names of the schemas that a schema refers to, and those that they refer to."""
    names, waiting = set(), [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
            if name and name not in names:
                names.add(name)
                waiting.append(document["components"]["schemas"][name])
    return names


def test_requests_take_no_other_member_and_answers_may_have_more(document):
    requests, answers = set(), set()
    for entry in operations(document).values():
        requests |= schema_names(document, entry.get("requestBody", {}))
        successes = [answer for status, answer in entry["responses"].items() if status.startswith("2")]
        answers |= schema_names(document, [answer.get("content", {}) for answer in successes])
    schemas = document["components"]["schemas"]
    assert requests and answers and not requests & answers
    assert {name for name in requests if schemas[name].get("additionalProperties") is not False} == set()
    assert {name for name in answers if "additionalProperties" in schemas[name]} == set()
    assert set(schemas) - requests - answers == {"Problem", "Finding", "ApiGatewayError"}


def test_every_member_parameter_and_header_has_a_description(document):
    components = document["components"]
    described = {**components["headers"], **components["parameters"], **components["schemas"]}
    for name, schema in components["schemas"].items():
        for member, value in schema.get("properties", {}).items():
            described[f"{name}.{member}"] = components["schemas"].get(value.get("$ref", "").rpartition("/")[2], value)
    assert len(described) > 100
    assert [name for name, value in described.items() if not value.get("description")] == []


def test_examples_of_requests_and_errors_fit_their_schemas(document):
    media = [(name, answer["content"]) for name, answer in document["components"]["responses"].items()]
    media += [
        (entry["operationId"], entry["requestBody"]["content"])
        for entry in operations(document).values()
        if "requestBody" in entry
    ]
    checked = 0
    for where, content in media:
        for kind, body in content.items():
            schema = {"components": document["components"], **body["schema"]}
            for name, example in body["examples"].items():
                faults = [error.message for error in Draft202012Validator(schema).iter_errors(example["value"])]
                assert faults == [], f"{where}, {kind}, {name}"
                checked += 1
    assert checked > 25


def test_each_error_has_an_example_and_the_headers_of_an_error(document):
    for name, answer in document["components"]["responses"].items():
        problem = answer["content"]["application/problem+json"]
        assert problem["examples"], name
        assert answer["headers"].keys() >= {"x-amzn-ErrorType", "x-amzn-RequestId", "Cache-Control"}, name
        for example in problem["examples"].values():
            value = example["value"]
            assert (value["Message"], value["RequestId"]) == (value["detail"], value["instance"])
    errors = {
        status: answer["$ref"]
        for entry in operations(document).values()
        for status, answer in entry["responses"].items()
        if not status.startswith("2")
    }
    assert {int(status) for status in errors} == {400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 502, 503, 504}
    for status, reference in errors.items():
        answer = document["components"]["responses"][reference.rpartition("/")[2]]
        examples = answer["content"]["application/problem+json"]["examples"].values()
        assert {str(example["value"]["status"]) for example in examples} == {status}
