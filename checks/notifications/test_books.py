"""Books that do not balance are noticed."""

import copy

import pytest
from books import Books

STARTED = ("message-1", ("meeting", "chime:MeetingStarted", None, 1))
ADDED = ("message-2", ("meeting", "chime:AttendeeAdded", "attendee", 2))
BALANCED = Books([STARTED, ADDED], [STARTED, ADDED], [ADDED, STARTED], failures=0, dead=[])
OTHER = ("message-2", ("meeting", "chime:AttendeeAdded", "another", 2))

CHANGES = [
    ("nothing at all", lambda books: books.__init__([], [], [], 0, []), "nothing was sent"),
    ("one is not logged", lambda books: books.logged.pop(), "the log lacks 1"),
    ("one is not on the bus", lambda books: books.on_bus.pop(), "the bus lacks 1"),
    ("nobody sent it", lambda books: books.sent.pop(), "the bus has 1 that nobody sent"),
    ("another attendee", lambda books: books.on_bus.__setitem__(0, OTHER), "the bus lacks 1"),
    (
        "an event by two messages",
        lambda books: books.on_bus.append(("x", ADDED[1])),
        "the bus has not the events",
    ),
    ("a dead letter", lambda books: books.dead.append({"Body": "text"}), "1 dead letters"),
    ("two of one id", lambda books: books.sent.append(("message-1", ADDED[1])), "two events have one message id"),
]


def test_books_that_balance_have_no_fault():
    assert BALANCED.faults() == []


def test_an_event_may_be_logged_and_put_on_the_bus_twice():
    books = copy.deepcopy(BALANCED)
    books.on_bus.append(ADDED)
    books.logged.append(STARTED)
    assert books.faults() == []
    assert books.summary().endswith("more than once: 1 in the log, 1 on the bus")


@pytest.mark.parametrize(("change", "fault"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_books_that_do_not_balance_have_a_fault(change, fault):
    books = copy.deepcopy(BALANCED)
    change(books)
    assert any(found.startswith(fault) for found in books.faults()), books.faults()
