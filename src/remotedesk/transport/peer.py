"""One peer connection: the tracks, the agreed data channels, offer and answer, and its end.

A lost connection is never repaired, since aiortc has no ICE restart: a session makes a new PeerLink.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.transport import channels
from remotedesk.transport.channels import Channel
from remotedesk.transport.description import admissible, fingerprint
from remotedesk.transport.figures import LinkFigures, figures_of
from remotedesk.transport.sctp.recovery import tune
from remotedesk.wire.chat import Chat
from remotedesk.wire.cursor import CursorMessage
from remotedesk.wire.input import InputMessage, PointerMove
from remotedesk.wire.session import SessionMessage
from remotedesk.wire.tiles import TileMessage

log = logging.getLogger(__name__)
CLOSE_WITHIN_S: Final = 2.0


class PeerLink:
    """One RTCPeerConnection. The customer's side offers and sends the screen; the engineer's answers."""

    def __init__(self) -> None:
        # An empty list, not None: aiortc would otherwise ask a public STUN server.
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.on_lost: Callable[[], None] = _ignore
        self.on_unexpected: Callable[[], None] = _ignore  # the peer opened a channel nobody agreed on
        self._pc.on("connectionstatechange", self._state_changed)
        self._pc.on("datachannel", self._unexpected)
        self._opened = asyncio.Event()
        self._closing: asyncio.Future[None] | None = None

    async def offer(self) -> str:
        """Return this side's offer, candidates included."""
        self._make_channels()
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return self._pc.localDescription.sdp

    async def answer(self, offer: str) -> str:
        """Apply the other side's opened offer and return the answer. Raises ProtocolError(MESSAGE_MALFORMED)."""
        await self._apply(offer, "offer")
        self._make_channels()
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return self._pc.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Apply the other side's opened answer. Raises ProtocolError(MESSAGE_MALFORMED)."""
        await self._apply(answer, "answer")

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
            await self._pc.close()

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


def _ignore() -> None:
    pass
