"""Fixtures of the clients' tests."""

import pytest
from processes import LocalGateway

# So that a failed assertion in them shows its values, as in a test.
pytest.register_assert_rewrite("meeting_life", "boto3_client", "aws_cli")


@pytest.fixture(scope="module")
def running():
    """A gateway with its own simulator and issuer."""
    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(running):
    """The same, with no meeting and no fault."""
    running.reset()
    return running
