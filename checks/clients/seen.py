"""What a client makes of an answer that refuses a request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """The exception's type, and what else it carries. A client that does not show the latter has None."""

    exception: str
    status: int | None
    waits: dict[str, str] | None
