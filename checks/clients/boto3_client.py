"""boto3 as a client of the gateway."""

import boto3
import botocore
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from processes import LocalGateway
from seen import Seen


def client(gateway: LocalGateway, token: str, attempts: int = 1) -> BaseClient:
    """Makes a client that sends the token, at most so many times for one call."""
    config = Config(
        signature_version=botocore.UNSIGNED, retries={"total_max_attempts": attempts}, max_pool_connections=20
    )
    made = boto3.client("chime-sdk-meetings", endpoint_url=gateway.url, region_name="eu-central-1", config=config)

    def add_token(request, **_):
        request.headers["Authorization"] = f"Bearer {token}"

    made.meta.events.register("before-send.chime-sdk-meetings", add_token)
    return made


def call(made: BaseClient, operation: str, values: dict) -> dict:
    """Calls an operation by its name in the model; returns the answer without what botocore adds."""
    answer = getattr(made, botocore.xform_name(operation))(**values)
    answer.pop("ResponseMetadata")
    return answer


def refused(made: BaseClient, operation: str, values: dict) -> Seen:
    """Calls an operation; returns what the client's exception says."""
    with pytest.raises(made.exceptions.ClientError) as raised:
        call(made, operation, values)
    answer = raised.value.response
    metadata = answer["ResponseMetadata"]
    assert (raised.value.operation_name, bool(answer["Error"]["Message"])) == (operation, True)
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"]
    waits = {name: value for name, value in metadata["HTTPHeaders"].items() if name.endswith("retry-after")}
    return Seen(type(raised.value).__name__, metadata["HTTPStatusCode"], waits)
