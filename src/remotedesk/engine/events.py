"""What the engine tells the user interface: frozen facts, in order, never commands."""

from dataclasses import dataclass

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.core.quality import Quality, Verdict
from remotedesk.core.session_state import State


@dataclass(frozen=True)
class StateChanged:
    """The session moved. `code` says why, when there is something to say."""

    state: State
    code: ErrorCode | None = None


@dataclass(frozen=True)
class SignedIn:
    """Engineer: the server knows him."""

    name: str
    company: str


@dataclass(frozen=True)
class NumberIssued:
    """Engineer: the number to read out, 4-4-4, good for `expires_in_s`."""

    number: str
    expires_in_s: int


@dataclass(frozen=True)
class PeerNamed:
    """Who is on the other side: the engineer by his account, or the customer by what he typed (company empty)."""

    name: str
    company: str


@dataclass(frozen=True)
class CodeReady:
    """The 4-digit comparison code."""

    code: str


@dataclass(frozen=True)
class BarWanted:
    """Customer: he pressed the hot key that brings the keyboard to the session bar."""


@dataclass(frozen=True)
class GuessFailed:
    """The secret did not fit, or nobody confirmed in time. 0 left: the number is burnt."""

    code: ErrorCode
    guesses_left: int


@dataclass(frozen=True)
class RetryAllowed:
    """The engineer allows another try: the customer may type again."""

    guesses_left: int


@dataclass(frozen=True)
class Asked:
    """Customer: the engineer asks; a prompt must be shown. `number` goes back with the answer."""

    number: int
    features: frozenset[Feature]
    first: bool  # the accept screen of the session, or a question in its middle


@dataclass(frozen=True)
class Answered:
    """Engineer: what the customer allowed of what was asked; empty means no."""

    features: frozenset[Feature]


@dataclass(frozen=True)
class GrantsChanged:
    """What is allowed right now, on both sides."""

    features: frozenset[Feature]
    suspensions: frozenset[Suspension]


@dataclass(frozen=True)
class ChatAdded:
    """A chat line, sent or received."""

    text: str
    mine: bool


@dataclass(frozen=True)
class FrameReady:
    """A newer picture is waiting in `latest_frame()`; told once until it is taken."""


@dataclass(frozen=True)
class CursorChanged:
    """Engineer: the customer's pointer is elsewhere or looks different; told once until `latest_cursor()` took it."""


@dataclass(frozen=True)
class InputRefused:
    """Engineer: the customer's PC did not take the last input."""

    code: ErrorCode


@dataclass(frozen=True)
class PeerActed:
    """Customer: the engineer is using this feature right now; the visible sign of it. At most four a second."""

    feature: Feature


@dataclass(frozen=True)
class QualityChanged:
    """How the connection did in the last second, and what to say of it; once a second while ACTIVE."""

    quality: Quality
    verdict: Verdict


@dataclass(frozen=True)
class Failed:
    """Something was refused or broke; the state, if it changed, is told apart."""

    code: ErrorCode


@dataclass(frozen=True)
class RecordClosed:
    """The session's record is complete. `short_code` is empty when heads could not be exchanged."""

    path: str
    short_code: str


EngineEvent = (
    StateChanged
    | SignedIn
    | NumberIssued
    | PeerNamed
    | CodeReady
    | BarWanted
    | GuessFailed
    | RetryAllowed
    | Asked
    | Answered
    | GrantsChanged
    | ChatAdded
    | FrameReady
    | CursorChanged
    | InputRefused
    | PeerActed
    | QualityChanged
    | Failed
    | RecordClosed
)
