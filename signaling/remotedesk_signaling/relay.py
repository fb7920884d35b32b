"""Which STUN and TURN there is, and who may use it: one lease for each asking of one side of a paired session."""

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from remotedesk.core.errors import ConsentError, ErrorCode, ProtocolError, ServerError
from remotedesk.wire import signaling as wire
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.rates import Rates
from remotedesk_signaling.sessions import Seat, Session

SHORTEST_SECRET = 16


@dataclass(frozen=True)
class RelayConfig:
    """The STUN and TURN servers beside this one, as clients dial them: `host:port`, IPv6 in brackets.

    `secret` is what coturn has as `static-auth-secret`. `bridge_to` is the host and port of its `tcp-proxy-port`;
    without it there is no bridge. Raises ValueError for what is no endpoint, and for a short secret.
    """

    secret: bytes = field(repr=False)
    stun: tuple[str, ...] = ()
    turn_udp: tuple[str, ...] = ()
    turn_tls: tuple[str, ...] = ()
    bridge_to: tuple[str, int] | None = None
    lifetime_s: int = 3_600

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise ValueError(f"the TURN secret has to have {SHORTEST_SECRET} characters or more")
        try:
            wire.TO_CLIENT.encode(self.reach())
        except ProtocolError:
            raise ValueError("STUN and TURN servers are given as HOST:PORT, at most four of a kind") from None

    def reach(self) -> wire.Reach:
        """Return what clients are told."""
        return wire.Reach(self.stun, self.turn_udp, self.turn_tls, self.bridge_to is not None)


class Relays:
    """Hands out leases and takes the tickets in them back, each once."""

    def __init__(self, config: RelayConfig | None, limits: Limits, wall: Callable[[], float] = time.time) -> None:
        """`wall` gives seconds since 1970: coturn compares them with its own clock."""
        self._config = config
        self._limits = limits
        self._wall = wall
        self._per_session = Rates(limits.leases_per_minute, limits.tracked_most)
        self._per_address = Rates(limits.leases_per_minute_and_address, limits.tracked_most)
        self._tickets: OrderedDict[str, tuple[Seat, float]] = OrderedDict()  # the oldest first

    def reach(self) -> wire.Reach:
        """Return which servers there are."""
        return wire.Reach((), (), (), False) if self._config is None else self._config.reach()

    def lease(self, seat: Seat, address: str, now: float) -> wire.Lease:
        """Return new credentials and a ticket for one side of a paired session.

        Raises ServerError(TOO_MANY_REQUESTS), and ConsentError(STATE_FORBIDS) where there is no relay.
        """
        config = self._config
        if config is None:
            raise ConsentError(ErrorCode.STATE_FORBIDS, "no relay")
        self._forget_old(now)
        if not (
            len(self._tickets) < self._limits.tracked_most
            and self._per_session.take(seat.session.engineer.key, now)
            and self._per_address.take(address, now)
        ):
            raise ServerError(ErrorCode.TOO_MANY_REQUESTS)
        username = f"{int(self._wall()) + config.lifetime_s}:{_opaque_name(seat)}"
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = (seat, now + self._limits.ticket_s)
        return wire.Lease(username, credential(config.secret, username), config.lifetime_s, ticket)

    def redeem(self, ticket: str, now: float) -> Seat | None:
        """Return whose ticket this is, once; None for a wrong, used or old one."""
        seat, until = self._tickets.pop(ticket, (None, 0.0))
        return seat if now < until else None

    def ended(self, session: Session) -> None:
        """Take back the tickets of a session that is over."""
        for ticket in [each for each, (seat, _) in self._tickets.items() if seat.session is session]:
            del self._tickets[ticket]

    def _forget_old(self, now: float) -> None:
        while self._tickets:
            ticket, (_, until) = next(iter(self._tickets.items()))
            if now < until:
                return
            del self._tickets[ticket]


def credential(secret: bytes, username: str) -> str:
    """Return the password that coturn's `use-auth-secret` expects of `username` (draft-uberti-behave-turn-rest-00)."""
    return base64.b64encode(hmac.digest(secret, username.encode(), hashlib.sha1)).decode()


def _opaque_name(seat: Seat) -> str:
    """Return a name that stays the side's, so that coturn's quota of a user holds over all leases; it tells nothing."""
    return hashlib.sha256(b"relay " + seat.key.encode()).hexdigest()[:16]
