"""Fixtures of the stack's tests."""

import pytest
from deployed_stack import parsed_template
from gateway_settings import Setting, known_settings


@pytest.fixture(scope="session")
def settings() -> list[Setting]:
    """The settings that the gateway reads."""
    return known_settings()


@pytest.fixture(scope="session")
def template() -> dict:
    """The repository's template; a test that changes it must copy it first."""
    return parsed_template()
