"""What a client waits for: an answer that does not come, and the time until it tries again. All of it at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import aws_cli
import boto3_client
import pytest
from processes import LocalGateway
from recipes import write_files
from refusals import INPUTS, REFUSALS, token_of
from seen import Seen

(NO_ANSWER,) = (refusal for refusal in REFUSALS if refusal.slow)
RETRY_AFTER = 3


@pytest.fixture(scope="module", autouse=True)
def waits(tmp_path_factory):
    """Begins all that waits; returns what comes of it, by name."""
    folder = write_files("aws-cli", tmp_path_factory.mktemp("aws"))
    with LocalGateway() as silent, LocalGateway() as throttled, LocalGateway() as unavailable:
        inputs = NO_ANSWER.prepare(silent)
        client = boto3_client.client(silent, token_of(silent, "anna"))
        variables = aws_cli.environment(silent, token_of(silent, "anna"), folder)
        with ThreadPoolExecutor(2 * len(inputs) + 2) as pool:
            yield {
                "boto3": {name: pool.submit(boto3_client.refused, client, name, inputs[name]) for name in inputs},
                "aws-cli": {name: pool.submit(aws_cli.refused, variables, name, inputs[name]) for name in inputs},
                "ThrottlingException": pool.submit(pause, throttled, "ThrottlingException"),
                "ServiceUnavailableException": pool.submit(pause, unavailable, "ServiceUnavailableException"),
            }


def pause(gateway: LocalGateway, fault: str) -> list[float]:
    """Creates a meeting that Chime refuses once; returns the seconds between the client's attempts."""
    # The gateway itself waits 2 seconds at most, so it hands the refusal on at once.
    gateway.arm(fault=fault, operation="CreateMeeting", retry_after_seconds=RETRY_AFTER)
    client = boto3_client.client(gateway, token_of(gateway, "anna"), attempts=2)
    sent = []
    client.meta.events.register_first("before-send.chime-sdk-meetings", lambda **_: sent.append(time.monotonic()))
    assert boto3_client.call(client, "CreateMeeting", INPUTS["CreateMeeting"])["Meeting"]["MeetingId"]
    return [later - earlier for earlier, later in pairwise(sent)]


@pytest.mark.parametrize("fault", ["ThrottlingException", "ServiceUnavailableException"])
def test_boto3_tries_again_after_the_time_that_the_gateway_says(waits, fault: str):
    (seconds,) = waits[fault].result()
    # Without the header botocore waits less than a second.
    assert RETRY_AFTER <= seconds < RETRY_AFTER + 2


def test_boto3_raises_the_models_exception_when_chime_does_not_answer(waits):
    seen = {name: future.result() for name, future in waits["boto3"].items()}
    assert seen == dict.fromkeys(INPUTS, Seen(NO_ANSWER.exception, 504, {}))


def test_the_aws_cli_names_the_models_exception_when_chime_does_not_answer(waits):
    seen = {name: future.result() for name, future in waits["aws-cli"].items()}
    assert seen == dict.fromkeys(INPUTS, Seen(NO_ANSWER.exception, None, None))
