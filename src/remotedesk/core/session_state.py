"""The life of a session: one pure table, State × Event → State.

Everything that moves a session is in this file; a pair that is not in the table is a mistake and raises.
"""

from enum import StrEnum
from typing import Final

from remotedesk.core.errors import ConsentError, ErrorCode


class State(StrEnum):
    """Where a session stands; the same names on both sides."""

    IDLE = "idle"
    WAITING = "waiting"  # a number is out; the other side has not come, or may try again
    PAIRING = "pairing"  # both prove the number to each other
    ASKING = "asking"  # paired; the customer has not accepted this engineer yet
    CONNECTING = "connecting"  # accepted: descriptions and candidates travel, sealed
    VERIFYING = "verifying"  # connected; both prove the session key inside the connection
    ACTIVE = "active"
    RECONNECTING = "reconnecting"  # silent: nothing is captured, sent or injected
    ENDED = "ended"


class Event(StrEnum):
    """What can happen to a session."""

    NUMBER_READY = "number_ready"
    PEER_JOINED = "peer_joined"
    GUESS_FAILED = "guess_failed"
    PAIRED = "paired"
    ACCEPTED = "accepted"
    CONNECTED = "connected"
    VERIFIED = "verified"
    LOST = "lost"
    END = "end"


TABLE: Final[dict[State, dict[Event, State]]] = {
    State.IDLE: {Event.NUMBER_READY: State.WAITING, Event.END: State.ENDED},
    State.WAITING: {Event.PEER_JOINED: State.PAIRING, Event.END: State.ENDED},
    State.PAIRING: {Event.PAIRED: State.ASKING, Event.GUESS_FAILED: State.WAITING, Event.END: State.ENDED},
    State.ASKING: {Event.ACCEPTED: State.CONNECTING, Event.END: State.ENDED},
    State.CONNECTING: {
        Event.CONNECTED: State.VERIFYING,
        Event.LOST: State.RECONNECTING,
        Event.END: State.ENDED,
    },
    State.VERIFYING: {Event.VERIFIED: State.ACTIVE, Event.LOST: State.RECONNECTING, Event.END: State.ENDED},
    State.ACTIVE: {Event.LOST: State.RECONNECTING, Event.END: State.ENDED},
    State.RECONNECTING: {
        Event.CONNECTED: State.VERIFYING,
        Event.LOST: State.RECONNECTING,
        Event.END: State.ENDED,
    },
    State.ENDED: {Event.END: State.ENDED},
}


def advance(state: State, event: Event) -> State:
    """Return the state after `event`; raises ConsentError(STATE_FORBIDS) for a pair not in the table."""
    try:
        return TABLE[state][event]
    except KeyError:
        raise ConsentError(ErrorCode.STATE_FORBIDS, f"{event} in {state}") from None
