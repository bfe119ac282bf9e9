"""One request to two DynamoDBs, and what differs between their answers."""

import copy
import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = "compared"
# Sets have no order on the wire.
SETS = ("SS", "NS", "BS")


def client(endpoint: str) -> Any:
    """boto3's client, which sends once and checks nothing before."""
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        config=config,
        aws_access_key_id="123456789012",
        aws_secret_access_key="made-up",
    )


@dataclass(frozen=True)
class Answer:
    """An answer without what differs from request to request."""

    code: str
    message: str
    body: Any

    @property
    def essence(self) -> tuple[str, str]:
        """What programs act on: code and body, without the text for people."""
        return self.code, json.dumps(self.body, sort_keys=True)


def send(dynamodb: Any, operation: str, request: dict) -> Answer:
    """Sends a request, to the table that is compared unless it names another."""
    request = copy.deepcopy(request)
    if operation != "transact_write_items":
        request = {"TableName": TABLE} | request
    for item in request.get("TransactItems", []):
        for write in item.values():
            write.setdefault("TableName", TABLE)
    try:
        answer = getattr(dynamodb, operation)(**request)
    except ClientError as error:
        answer, found = error.response, error.response["Error"]
        body = {name: answer[name] for name in ("Item", "CancellationReasons") if name in answer}
        for reason in body.get("CancellationReasons", []):
            # A text for people.
            reason.pop("Message", None)
        return Answer(found["Code"], found["Message"], normal(body))
    # moto answers the last two although nobody asks for them.
    for name in ("ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics"):
        answer.pop(name, None)
    return Answer("", "", normal(answer))


def items(dynamodb: Any, partition: str) -> list[dict]:
    """The items of a partition."""
    condition = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": partition}}}
    return normal(dynamodb.query(TableName=TABLE, ConsistentRead=True, **condition)["Items"])


def filled(value: Any, partition: str) -> Any:
    """A value with the partition in the places where requests leave it open."""
    if isinstance(value, dict):
        return {name: filled(content, partition) for name, content in value.items()}
    if isinstance(value, list):
        return [filled(content, partition) for content in value]
    return partition if value == "PARTITION" else value


def normal(value: Any) -> Any:
    """A value in which sets are in order, and bytes are text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [normal(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: sorted(normal(content)) if name in SETS and isinstance(content, list) else normal(content)
        for name, content in value.items()
    }
