"""Fixtures of the API's tests."""

import pytest
import yaml
from description import DOCUMENT
from processes import LocalGateway


@pytest.fixture(scope="session")
def document() -> dict:
    """The API's description; a test that changes it must copy it first."""
    return yaml.safe_load(DOCUMENT.read_text())


@pytest.fixture(scope="session")
def local():
    """The simulator, the issuer and the local gateway."""
    with LocalGateway() as running:
        yield running
