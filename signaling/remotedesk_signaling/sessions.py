"""A session on the server: two seats, a number until they are paired, tokens to come back with."""

import enum
import hashlib
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


def new_token() -> str:
    """Return what brings one side of a session back to it: 192 random bits, known to that side alone."""
    return secrets.token_urlsafe(24)


def key_of(token: str) -> str:
    """Return what the server keeps of a token: its SHA-256, 64 lower-case hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptSession:
    """What outlives the process of a paired session: the keys of the tokens that bring its two sides back."""

    engineer_key: str
    customer_key: str


class Seat:
    """One side of a session; `client` is None while its socket is lost. `key` is that of the side's token."""

    __slots__ = ("client", "is_engineer", "key", "lost_at", "session")

    def __init__(self, session: "Session", key: str, *, is_engineer: bool) -> None:
        self.session = session
        self.is_engineer = is_engineer
        self.key = key
        self.lost_at = 0.0
        self.client: Client | None = None

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

    def __init__(self, who: Engineer, engineer_key: str, guesses: int, expires_at: float) -> None:
        self.who = who
        self.engineer = Seat(self, engineer_key, is_engineer=True)
        self.customer: Seat | None = None
        self.routing = ""
        self.expires_at = expires_at
        self.guesses_left = guesses
        self.phase = Phase.WAITING
        self.begun = False  # the customer has sent something in this exchange

    def seats(self) -> tuple[Seat, ...]:
        """The seats there are."""
        return (self.engineer,) if self.customer is None else (self.engineer, self.customer)

    def kept(self) -> KeptSession | None:
        """Return what is to outlive the process; nothing before the two are paired."""
        if self.phase is not Phase.PAIRED or self.customer is None:
            return None
        return KeptSession(self.engineer.key, self.customer.key)

    def tell(self, message: ToClient) -> None:
        """Send to both sides."""
        for seat in self.seats():
            seat.tell(message)
