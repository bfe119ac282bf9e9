"""Fixtures of the API's tests."""

import json

import pytest
import yaml
from description import DOCUMENT
from processes import REPOSITORY, LocalGateway

# Tenants that the sample policy does not have: it has no limits, so that it serves without a registry.
LIMITED_TENANTS = {
    "one-each": {"Limits": {"OpenMeetingsPerCaller": 1}},
    "two-meetings": {"Limits": {"OpenMeetings": 2}},
}


@pytest.fixture(scope="session")
def document() -> dict:
    """The API's description; a test that changes it must copy it first."""
    return yaml.safe_load(DOCUMENT.read_text())


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    """The simulator, the issuer and the local gateway, with the sample policy and tenants that have limits."""
    policy = json.loads((REPOSITORY / "policy" / "policy.json").read_text())
    policy["Tenants"] |= LIMITED_TENANTS
    file = tmp_path_factory.mktemp("policy") / "policy.json"
    file.write_text(json.dumps(policy))
    with LocalGateway(options=("--policy", file)) as running:
        yield running
