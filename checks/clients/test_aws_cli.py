"""The AWS CLI calls the gateway as if it were Chime."""

from concurrent.futures import ThreadPoolExecutor

import aws_cli
import pytest
from meeting_life import live
from recipes import write_files
from refusals import PEOPLE, REFUSALS, Refusal, token_of
from seen import Seen

QUICK = [pytest.param(refusal, id=refusal.name) for refusal in REFUSALS if not refusal.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The plugin and the configuration, as docs/clients.md shows them."""
    return write_files("aws-cli", tmp_path_factory.mktemp("aws"))


def test_a_meeting_from_creation_to_end_has_every_member_with_its_type(gateway, folder):
    token = gateway.token(**PEOPLE["anna"])
    variables = aws_cli.environment(gateway, token, folder)
    live(gateway, token, lambda operation, values: aws_cli.call(variables, operation, values))


@pytest.mark.parametrize("refusal", QUICK)
def test_a_refusal_is_the_exception_of_the_model(gateway, folder, refusal: Refusal):
    inputs = refusal.prepare(gateway)
    variables = aws_cli.environment(gateway, token_of(gateway, refusal.person), folder)
    with ThreadPoolExecutor(3) as pool:
        seen = pool.map(lambda operation: aws_cli.refused(variables, operation, inputs[operation]), inputs)
    expected = Seen(refusal.exception, None, None)
    assert dict(zip(inputs, seen, strict=True)) == dict.fromkeys(inputs, expected)
