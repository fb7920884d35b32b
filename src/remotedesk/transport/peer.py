"""One peer connection: the tracks, the agreed data channels, offer and answer, and its end.

A lost connection is never repaired, since aiortc has no ICE restart: a session makes a new PeerLink.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from aioice import stun
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransport,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.sdp import candidate_from_sdp

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.reach import Way
from remotedesk.transport import channels
from remotedesk.transport.channels import Channel
from remotedesk.transport.description import (
    admissible,
    admissible_late,
    candidate_count,
    fingerprint,
    has_relayed,
    held_back,
)
from remotedesk.transport.figures import LinkFigures, figures_of
from remotedesk.transport.reach.plan import Plan
from remotedesk.transport.sctp.recovery import tune
from remotedesk.wire.chat import Chat
from remotedesk.wire.cursor import CursorMessage
from remotedesk.wire.input import InputMessage, PointerMove
from remotedesk.wire.session import SessionMessage
from remotedesk.wire.tiles import TileMessage

log = logging.getLogger(__name__)
CLOSE_WITHIN_S: Final = 2.0
# A direct pair answers within two round trips; 80 ms are the longest way that is usual in one country.
HOLD_BACK_S: Final = 0.6
# aioice repeats a check after half a second (RFC 8445, 14.3), and a NAT or a relay drops the first one as a rule: it
# lets in only whom it has seen something go to.
CHECK_AGAIN_S: Final = 0.15
stun.RETRY_RTO = CHECK_AGAIN_S


class PeerLink:
    """One RTCPeerConnection. The customer's side offers and sends the screen; the engineer's answers."""

    def __init__(self, plan: Plan | None = None) -> None:
        """Take over `plan`: it is closed with the link."""
        self._plan = plan or Plan()
        self._pc = RTCPeerConnection(_configuration(self._plan))
        self.on_lost: Callable[[], None] = _ignore
        self.on_unexpected: Callable[[], None] = _ignore  # the peer opened a channel nobody agreed on
        self._pc.on("connectionstatechange", self._state_changed)
        self._pc.on("datachannel", self._unexpected)
        self._opened = asyncio.Event()
        self._closing: asyncio.Future[None] | None = None
        self._late: tuple[str, ...] = ()
        self._remote_candidates = 0
        self._peer_relays = False
        self._make_channels()

    async def gather(self) -> None:
        """Find this side's candidates; what is asked of it later then takes no time."""
        await self._ice.iceGatherer.gather()

    def keep_alive(self) -> None:
        """Have the NAT remember the ports that were found (RFC 8445, section 11): it forgets them after some time.

        To be called every ten seconds between `gather` and the peer's description.
        """
        indication = bytes(stun.Message(stun.Method.BINDING, stun.Class.INDICATION))
        for protocol in self._ice._connection._protocols:
            candidate = protocol.local_candidate
            if candidate.type == "relay" and self._plan.way is Way.UDP:
                getattr(protocol.transport, "_TurnTransport__inner_protocol")._send(indication)  # noqa: B009 (mypy)
            elif candidate.type == "host" and ":" not in candidate.host and (server := self._plan.stun) is not None:
                protocol.transport.sendto(indication, (server.host, server.port))

    @property
    def has_lost_relay(self) -> bool:
        """True once the relay's address that this link was given is known to be gone."""
        return self._plan.broken

    async def offer(self) -> str:
        """Return this side's offer, with the candidates that are not held back."""
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return self._described()

    async def answer(self, offer: str) -> str:
        """Apply the other side's opened offer and return the answer. Raises ProtocolError(MESSAGE_MALFORMED)."""
        await self._apply(offer, "offer")
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return self._described()

    async def accept(self, answer: str) -> None:
        """Apply the other side's opened answer. Raises ProtocolError(MESSAGE_MALFORMED)."""
        await self._apply(answer, "answer")

    @property
    def late_candidates(self) -> tuple[str, ...]:
        """The addresses of relays, held back so that a direct pair is found first: the first pair that works wins."""
        return self._late

    @property
    def holds_back_s(self) -> float:
        """How long to hold them back: not at all if the other side needs a relay at once."""
        return 0.0 if self._peer_relays or not self._late else HOLD_BACK_S

    async def add_late(self, lines: tuple[str, ...]) -> None:
        """Take the other side's late candidates, after which no more come. Raises ProtocolError(MESSAGE_MALFORMED)."""
        try:
            for line in admissible_late(lines, self._remote_candidates):
                await self._ice.addRemoteCandidate(candidate_from_sdp(line.removeprefix("candidate:")))
        except (ValueError, IndexError, AssertionError):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "candidate") from None
        await self._ice.addRemoteCandidate(None)

    async def opened(self) -> None:
        """Return once the `session` channel is open at this end."""
        await self._opened.wait()

    @property
    def fingerprints(self) -> tuple[str, str]:
        """The certificate fingerprints of the offer and of the answer, in this order."""
        local, remote = self._pc.localDescription, self._pc.remoteDescription
        offer, answer = (local, remote) if local.type == "offer" else (remote, local)
        return fingerprint(offer.sdp), fingerprint(answer.sdp)

    @property
    def overfull(self) -> bool:
        """True if more waits for the rest of its message than this end said it takes; aiortc itself goes on taking."""
        return self._pc.sctp is not None and self._pc.sctp._advertised_rwnd < 0

    @property
    def figures(self) -> LinkFigures:
        """What the connection knows of its way, right now."""
        return figures_of(self._pc)

    async def close(self) -> None:
        """Close at once; waits at most two seconds for aiortc to wind down. May be called again, or cancelled."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._wind_down())
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await asyncio.shield(self._closing)  # cut short, it would leave sockets and tasks behind
        except TimeoutError:
            self._closing.cancel()

    async def _wind_down(self) -> None:
        """Close the transports first: nothing may leave any more."""
        try:
            if (sctp := self._pc.sctp) is not None:
                await sctp.stop()
                await sctp.transport.stop()
                await sctp.transport.transport.stop()
        finally:
            try:
                await self._pc.close()
            finally:
                await self._plan.close()
                await self._end_consent()

    async def _end_consent(self) -> None:
        """End what aioice begins after its end, if it is closed just when it has connected: up to 20 ms later."""
        started = getattr(self._ice, "_RTCIceTransport__start")  # noqa: B009 (mypy)
        if started is not None:
            await started.wait()
        if (task := self._ice._connection._query_consent_task) is not None:
            task.cancel()

    @property
    def _ice(self) -> RTCIceTransport:
        assert self._pc.sctp is not None  # noqa: S101 (the first channel has made it)
        return self._pc.sctp.transport.transport

    def _described(self) -> str:
        sdp: str = self._pc.localDescription.sdp
        if self._plan.direct_is_hopeless or self._plan.relay_only:
            return sdp
        sdp, self._late = held_back(sdp)
        return sdp

    def _make_channels(self) -> None:
        self.session: Channel[SessionMessage] = Channel(self._pc, channels.SESSION_CHANNEL)
        self.input: Channel[InputMessage] = Channel(self._pc, channels.INPUT_CHANNEL)
        self.pointer: Channel[PointerMove] = Channel(self._pc, channels.POINTER_CHANNEL)
        self.chat: Channel[Chat] = Channel(self._pc, channels.CHAT_CHANNEL)
        self.tiles: Channel[TileMessage] = Channel(self._pc, channels.TILES_CHANNEL)
        self.cursor: Channel[CursorMessage] = Channel(self._pc, channels.CURSOR_CHANNEL)
        self.session.on_open = self._opened.set
        assert self._pc.sctp is not None  # noqa: S101 (the first channel has made it)
        tune(self._pc.sctp)

    async def _apply(self, sdp: str, kind: str) -> None:
        narrowed = admissible(sdp)
        fingerprint(narrowed)
        self._remote_candidates, self._peer_relays = candidate_count(narrowed), has_relayed(narrowed)
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp=narrowed, type=kind))
        except (ValueError, KeyError, IndexError, AttributeError, AssertionError, InvalidStateError):
            # aiortc's SDP parser raises whatever its string handling raises.
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "description") from None

    def _state_changed(self) -> None:
        log.debug("connection %s", self._pc.connectionState)
        if self._pc.connectionState in ("failed", "closed") and self._closing is None:
            self.on_lost()

    def _unexpected(self, channel: object) -> None:
        log.info("a channel nobody agreed on was opened: %s", ErrorCode.CHANNEL_UNEXPECTED)
        self.on_unexpected()


def _configuration(plan: Plan) -> RTCConfiguration:
    servers = []
    if plan.stun is not None:
        servers.append(RTCIceServer(f"stun:{plan.stun.host}:{plan.stun.port}"))
    if plan.turn is not None:
        servers.append(RTCIceServer(plan.turn.url, plan.turn.username, plan.turn.credential))
    return RTCConfiguration(
        iceServers=servers,  # an empty list, not None: aiortc would otherwise ask a public STUN server
        iceTransportPolicy=RTCIceTransportPolicy.RELAY if plan.relay_only else RTCIceTransportPolicy.ALL,
        bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
    )


def _ignore() -> None:
    pass
