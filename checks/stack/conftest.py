"""What the tests of the stack share."""

import pytest
from deployed_stack import parsed_template
from gateway_settings import Setting, known_settings


@pytest.fixture(scope="session")
def settings() -> list[Setting]:
    """The settings that the code reads."""
    return known_settings()


@pytest.fixture(scope="session")
def template() -> dict:
    """The template as it is in the repository; whoever changes it copies it first."""
    return parsed_template()
