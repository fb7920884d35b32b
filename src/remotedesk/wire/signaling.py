"""Messages between a client and the signaling server. The server never reads a `Relay`'s payload."""

from typing import Annotated

from msgspec import Meta

from remotedesk.wire.codec import Codec, Message
from remotedesk.wire.fields import Code, Credential, Endpoints, Name, Password, Payload, Routing, Token

LARGEST = 96 * 1024
SUBPROTOCOL = "remotedesk.1"


# -- client to server ----------------------------------------------------------------------------------------


class SignIn(Message, frozen=True):
    """An engineer proves his account."""

    name: Name
    password: Password


class Issue(Message, frozen=True):
    """A signed-in engineer asks for a fresh number's routing digits; an unused older one of his is burnt."""


class AllowRetry(Message, frozen=True):
    """The engineer lets the same customer socket try the secret again (three guesses at most in all)."""


class Burn(Message, frozen=True):
    """The engineer takes the number back; a customer still paired with it is told NUMBER_BURNT."""


class Join(Message, frozen=True):
    """A customer asks to be paired. Only the routing digits travel."""

    routing: Routing


class Resume(Message, frozen=True):
    """Either side comes back to its session after its socket was lost."""

    token: Token


class AskReach(Message, frozen=True):
    """Either side asks which STUN and TURN servers there are."""


class AskLease(Message, frozen=True):
    """Either side of a paired session asks for credentials; they are new each time."""


class Relay(Message, frozen=True):
    """Bytes for the other side of the session, both ways; at most one peer today."""

    payload: Payload


class Leave(Message, frozen=True):
    """This side is done; the session is gone on the server."""


# -- server to client ----------------------------------------------------------------------------------------


class SignedIn(Message, frozen=True):
    """The account record: what the customer will be shown."""

    name: Name
    company: Name


class Issued(Message, frozen=True):
    """A routing number, good for `expires_in_s`. `token` resumes this side of the session."""

    routing: Routing
    expires_in_s: Annotated[int, Meta(ge=1, le=86_400)]
    token: Token


class Joined(Message, frozen=True):
    """To the customer: paired with this engineer, named by his account."""

    engineer: Name
    company: Name
    token: Token


class PeerJoined(Message, frozen=True):
    """To the engineer: a customer typed the routing digits."""


class RetryAllowed(Message, frozen=True):
    """To both: the next guess may begin; `guesses_left` counts it."""

    guesses_left: Annotated[int, Meta(ge=0, le=3)]


class GuessCounted(Message, frozen=True):
    """To both: a guess failed. 0 left: the number is burnt."""

    guesses_left: Annotated[int, Meta(ge=0, le=3)]


class GuessFailed(Message, frozen=True):
    """From either client: this exchange ended in a wrong secret or a timeout; the server counts it once."""


class Paired(Message, frozen=True):
    """From the engineer: the guess was right; the server stops the number's clock and frees its routing digits."""


class Resumed(Message, frozen=True):
    """Answer to `Resume`: back in the session. `peer_present` says whether the other side is connected."""

    peer_present: bool


class PeerPresent(Message, frozen=True):
    """The other side's socket came back (True) or was lost (False)."""

    present: bool


class PeerLeft(Message, frozen=True):
    """The other side left for good."""


class Reach(Message, frozen=True):
    """Answer to `AskReach`: where STUN and TURN are, each at a host and port; `bridge`: TURN in a WebSocket, too."""

    stun: Endpoints
    turn_udp: Endpoints
    turn_tls: Endpoints
    bridge: bool


class Lease(Message, frozen=True):
    """Answer to `AskLease`: TURN credentials for one side of a paired session, and a ticket that opens one bridge."""

    username: Credential
    credential: Credential
    expires_in_s: Annotated[int, Meta(ge=1, le=86_400)]
    ticket: Token


class Refused(Message, frozen=True):
    """The server says no; `code` is an ErrorCode. The socket may close after it."""

    code: Code


ToServer = (
    SignIn | Issue | AllowRetry | Burn | Join | Resume | AskReach | AskLease | Relay | Leave | GuessFailed | Paired
)
ToClient = (
    SignedIn
    | Issued
    | Joined
    | PeerJoined
    | RetryAllowed
    | GuessCounted
    | Relay
    | Resumed
    | PeerPresent
    | PeerLeft
    | Reach
    | Lease
    | Refused
)

TO_SERVER: Codec[ToServer] = Codec(ToServer, LARGEST)
TO_CLIENT: Codec[ToClient] = Codec(ToClient, LARGEST)
