"""Fixtures of the tests: stand-ins for DynamoDB whose writes are atomic."""

import pytest
from one_at_a_time import OneAtATime
from peers import Peer


@pytest.fixture(scope="session", params=["moto", "ministack"])
def endpoint(request):
    """The URL of a running stand-in; every test that uses it runs with each."""
    with Peer(request.param) as peer:
        if request.param == "ministack":
            yield peer.url
        else:
            # Its transactions are not atomic: of those that run at the same time two can succeed that exclude each
            # other, and one that fails takes back what others have written meanwhile.
            with OneAtATime(peer.url) as server:
                yield server.url
