"""A session on the server: two seats, a number until they are paired, tokens to come back with."""

import enum
import secrets
from dataclasses import dataclass
from typing import Optional

from remotedesk.core.errors import ErrorCode
from remotedesk.wire.signaling import ToClient


class Phase(enum.Enum):
    """How far a session is."""

    WAITING = enum.auto()  # the number is good for a customer to join
    EXCHANGE = enum.auto()  # a customer is here, and the guess is not decided
    COUNTED = enum.auto()  # a guess failed; the engineer has to allow the next
    PAIRED = enum.auto()  # the number is used up; tokens bring lost sides back


class Client:
    """One socket as the registry sees it; the connection implements the two methods, which never block or raise."""

    __slots__ = ("seat", "was_seated")

    def __init__(self) -> None:
        self.seat: Seat | None = None
        self.was_seated = False  # an honest client may still speak of a session that has just ended

    def send(self, message: ToClient) -> None:
        """Queue a message for the client."""
        raise NotImplementedError

    def drop(self, code: ErrorCode) -> None:
        """Tell the client `code` and close its socket."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Engineer:
    """An engineer as his account names him."""

    name: str
    company: str


class Seat:
    """One side of a session; `client` is None while its socket is lost."""

    __slots__ = ("client", "is_engineer", "lost_at", "session", "token")

    def __init__(self, session: "Session", client: Client, *, is_engineer: bool) -> None:
        self.session = session
        self.is_engineer = is_engineer
        self.token = secrets.token_urlsafe(24)
        self.lost_at = 0.0
        self.client: Client | None = None
        self.take(client)

    @property
    def other(self) -> Optional["Seat"]:
        """The seat across, None before a customer has joined."""
        return self.session.customer if self.is_engineer else self.session.engineer

    def take(self, client: Client) -> None:
        """Put `client` on this seat."""
        self.client = client
        client.seat = self
        client.was_seated = True

    def vacate(self) -> None:
        """Take whoever sits here off the seat."""
        if self.client is not None:
            self.client.seat = None
            self.client = None

    def tell(self, message: ToClient) -> None:
        """Send to whoever sits here."""
        if self.client is not None:
            self.client.send(message)


class Session:
    """One issued number and what became of it. Times are seconds of the registry's clock."""

    __slots__ = ("begun", "customer", "engineer", "expires_at", "guesses_left", "phase", "routing", "who")

    def __init__(self, who: Engineer, client: Client, guesses: int, expires_at: float) -> None:
        self.who = who
        self.engineer = Seat(self, client, is_engineer=True)
        self.customer: Seat | None = None
        self.routing = ""
        self.expires_at = expires_at
        self.guesses_left = guesses
        self.phase = Phase.WAITING
        self.begun = False  # the customer has sent something in this exchange

    def seats(self) -> tuple[Seat, ...]:
        """The seats there are."""
        return (self.engineer,) if self.customer is None else (self.engineer, self.customer)

    def tell(self, message: ToClient) -> None:
        """Send to both sides."""
        for seat in self.seats():
            seat.tell(message)
