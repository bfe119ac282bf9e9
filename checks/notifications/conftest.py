"""Fixtures of the tests: a peer, the stack's queues and a bus in it, the local gateway, and the built function."""

import json

import pytest
from event_source import EventSource
from function import SERVICE, Notifications
from meetings_gateway import MeetingsGateway
from peers import BUS, Peer, create_bus, create_queues
from processes import REPOSITORY
from registry_table import create_registry_table
from template_values import properties
from usage import Usage


@pytest.fixture(scope="session", params=["moto", "ministack"])
def peer(request):
    """A running stand-in for SQS, EventBridge and DynamoDB; every test that uses it runs with each."""
    with Peer(request.param) as running:
        yield running


@pytest.fixture(scope="session")
def session_queues(peer):
    """The stack's queues."""
    return create_queues(peer, f"meeting-events-{SERVICE}")


@pytest.fixture
def queues(session_queues):
    """The same, empty."""
    session_queues.empty()
    return session_queues


@pytest.fixture(scope="session")
def session_bus(peer):
    """A bus whose events can be read back."""
    return create_bus(peer)


@pytest.fixture
def bus(session_bus):
    """The same, with no event."""
    session_bus.take()
    return session_bus


@pytest.fixture(scope="session")
def table(peer):
    """The name of the registry's table."""
    return create_registry_table(peer.client("dynamodb"))


@pytest.fixture
def usage(peer, table):
    """Whose usage grew since the test began."""
    return Usage(peer.client("dynamodb"), table)


@pytest.fixture(scope="session")
def session_function(peer, session_bus, table):
    """The built function, which puts events on the bus and has a registry."""
    del session_bus
    with Notifications(BUS, peer.url, table, peer.url) as running:
        yield running


@pytest.fixture
def function(session_function):
    """The same; its new lines are those of the test."""
    session_function.new_output()
    return session_function


@pytest.fixture
def source(queues, function):
    """Lambda's event source between queue and function."""
    mapping = properties("NotificationsMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    return EventSource(queues.sqs, queues.url, queues.arn, function.invoke, mapping["BatchSize"])


@pytest.fixture(scope="session")
def policy(tmp_path_factory):
    """The sample policy, with a limit for the tenant acme that no test reaches."""
    document = json.loads((REPOSITORY / "policy" / "policy.json").read_text())
    document["Tenants"]["acme"]["Limits"] = {"OpenMeetings": 500}
    path = tmp_path_factory.mktemp("policy") / "policy.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture(scope="session")
def session_gateway(peer, session_queues, table, policy):
    """All of `cargo run -p local`, with a simulator that sends events to the queue, and the peer's table."""
    options = ("--sqs-endpoint", peer.url, "--registry", peer.url, "--policy", policy)
    variables = {"NOTIFICATIONS_QUEUE_ARN": session_queues.arn, "REGISTRY_TABLE": table}
    with MeetingsGateway(options, variables) as gateway:
        yield gateway


@pytest.fixture
def gateway(session_gateway, queues):
    """The same, with no meeting, no event and an empty queue."""
    session_gateway.reset()
    queues.empty()
    return session_gateway
