"""Fixtures of the tests: a peer, the stack's queues and a bus in it, the local gateway, and the built function."""

import pytest
from event_source import EventSource
from function import SERVICE, Notifications
from meetings_gateway import MeetingsGateway
from peers import BUS, Peer, create_bus, create_queues
from template_values import properties


@pytest.fixture(scope="session", params=["moto", "ministack"])
def peer(request):
    """A running stand-in for SQS and EventBridge; every test that uses it runs with each."""
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
def session_function(peer, session_bus):
    """The built function, which puts events on the bus."""
    del session_bus
    with Notifications(BUS, peer.url) as running:
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
def session_gateway(peer, session_queues):
    """All of `cargo run -p local`, with a simulator that sends events to the queue."""
    options = ("--sqs-endpoint", peer.url)
    with MeetingsGateway(options, {"NOTIFICATIONS_QUEUE_ARN": session_queues.arn}) as gateway:
        yield gateway


@pytest.fixture
def gateway(session_gateway, queues):
    """The same, with no meeting, no event and an empty queue."""
    session_gateway.reset()
    queues.empty()
    return session_gateway
