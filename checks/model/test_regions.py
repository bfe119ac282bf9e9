"""The regions in which the gateway expects a Chime endpoint, against botocore's list."""

import json
import os
import subprocess
from pathlib import Path

import botocore
import botocore.session
import pytest
from processes import REPOSITORY

LOCAL = REPOSITORY / "target" / "debug" / "local"
ENDPOINTS = json.loads((Path(botocore.__file__).parent / "data" / "endpoints.json").read_text())
REGIONS = sorted(region for partition in ENDPOINTS["partitions"] for region in partition["regions"])


def chime_endpoints() -> dict[str, set[str]]:
    """Returns each region with an endpoint of Chime SDK Meetings, and the endpoint's variants."""
    found = {}
    for partition in ENDPOINTS["partitions"]:
        endpoints = partition["services"].get("meetings-chime", {}).get("endpoints", {})
        for region, endpoint in endpoints.items():
            # Names such as `us-east-1-fips` are older spellings of a variant.
            if not endpoint.get("deprecated"):
                found[region] = {tag for variant in endpoint.get("variants", []) for tag in variant["tags"]}
    return found


@pytest.fixture(scope="module", params=REGIONS)
def faults(request) -> tuple[str, str]:
    """A region, and the faults of the settings there with a FIPS endpoint.

    One setting is always invalid, so the program never starts and never calls AWS.
    """
    variables = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_SDK_UA_APP_ID": "two words",
    }
    ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0"]
    command = [LOCAL, "--chime-endpoint", "aws", "--registry", "none", "--region", request.param, *ports]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1 and "AWS_SDK_UA_APP_ID" in done.stderr, done.stderr
    return request.param, done.stderr


def test_compares_every_region_of_chime():
    assert len(chime_endpoints()) == 14
    assert chime_endpoints().keys() <= set(REGIONS)


def test_refuses_a_region_exactly_when_chime_has_no_endpoint_there(faults):
    region, output = faults
    assert ("AWS_REGION" in output) == (region not in chime_endpoints()), output


def test_refuses_a_fips_endpoint_exactly_when_chime_has_none(faults):
    region, output = faults
    if region in chime_endpoints():
        assert ("AWS_USE_FIPS_ENDPOINT" in output) == ("fips" not in chime_endpoints()[region]), output
