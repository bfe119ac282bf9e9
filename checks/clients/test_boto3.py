"""boto3 (Python) calls the gateway as if it were Chime."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import boto3_client
import pytest
from meeting_life import live
from processes import LOCAL
from refusals import ERRORS, INPUTS, NEVER, PEOPLE, REFUSALS, Refusal, inputs_of_a_new_meeting, token_of
from seen import Seen

QUICK = [pytest.param(refusal, id=refusal.name) for refusal in REFUSALS if not refusal.slow]


def test_a_meeting_from_creation_to_end_has_every_member_with_its_type(gateway):
    token = gateway.token(**PEOPLE["anna"])
    client = boto3_client.client(gateway, token)
    live(gateway, token, lambda operation, values: boto3_client.call(client, operation, values))


@pytest.mark.parametrize("refusal", QUICK)
def test_a_refusal_is_the_exception_of_the_model(gateway, refusal: Refusal):
    inputs = refusal.prepare(gateway)
    client = boto3_client.client(gateway, token_of(gateway, refusal.person))
    with ThreadPoolExecutor(len(inputs)) as pool:
        seen = pool.map(lambda operation: boto3_client.refused(client, operation, inputs[operation]), inputs)
    expected = Seen(refusal.exception, refusal.status, refusal.waits())
    assert dict(zip(inputs, seen, strict=True)) == dict.fromkeys(inputs, expected)


def test_the_operations_are_those_of_the_gateway():
    lines = subprocess.run([LOCAL, "operations"], capture_output=True, text=True, check=True).stdout.splitlines()
    # No SDK has the gateway's own.
    own = {"Join", "JoinRoom", "GetRoom", "DeleteRoom"}
    assert {line.split()[2] for line in lines} == {*INPUTS, *own}


@pytest.mark.parametrize("operation", INPUTS)
def test_every_exception_of_the_model_is_tested_or_has_a_reason(operation: str):
    tested = {refusal.exception for refusal in REFUSALS if operation in refusal.operations()}
    excused = {exception for name, exception in NEVER if name == operation}
    assert tested | excused == ERRORS[operation]
    assert not tested & excused


@pytest.mark.parametrize(("operation", "exception"), NEVER)
def test_an_exception_without_a_test_is_answered_as_the_table_says(gateway, operation: str, exception: str):
    inputs = inputs_of_a_new_meeting(gateway)
    gateway.arm(fault=exception, operation=operation, rate=1)
    client = boto3_client.client(gateway, token_of(gateway, "anna"))
    assert (
        boto3_client.refused(client, operation, inputs[operation]).exception == NEVER[operation, exception]["instead"]
    )


def test_an_unavailable_chime_says_in_the_exception_how_long_to_wait(gateway):
    gateway.arm(fault="ServiceUnavailableException", retry_after_seconds=7, operation="CreateMeeting")
    client = boto3_client.client(gateway, token_of(gateway, "anna"))
    with pytest.raises(client.exceptions.ServiceUnavailableException) as raised:
        client.create_meeting(**INPUTS["CreateMeeting"])
    assert raised.value.response["RetryAfterSeconds"] == "7"


def test_the_message_of_a_bad_request_names_the_member(gateway):
    client = boto3_client.client(gateway, token_of(gateway, "anna"))
    with pytest.raises(client.exceptions.BadRequestException, match="#/ExternalMeetingId"):
        client.create_meeting(**INPUTS["CreateMeeting"] | {"ExternalMeetingId": "aws:standup"})
