"""A peer connection as a session uses it: proven first, then watched for silence."""

import asyncio
from collections.abc import Callable
from typing import Final, NoReturn

from remotedesk.core.errors import ConsentError, ErrorCode, PairingError, ProtocolError
from remotedesk.core.role import Role
from remotedesk.engine.race import first_of
from remotedesk.transport.handshake import Paired
from remotedesk.transport.peer import PeerLink
from remotedesk.transport.session_keys import Purpose
from remotedesk.wire.session import Ping, SessionMessage, Verify

PING_EVERY_S: Final = 1.0
# Silence is found at 4.5 s, so that nothing is captured 5 s after the last sign of life.
SILENT_AFTER_S: Final = 4.5
LOOK_EVERY_S: Final = 0.25


class Connection:
    """Owns a PeerLink from the moment the descriptions are exchanged."""

    def __init__(
        self,
        link: PeerLink,
        paired: Paired,
        head: Callable[[], str],
        on_message: Callable[[SessionMessage], None],
    ) -> None:
        """`head` gives the audit head that pings carry; `on_message` gets all but Verify and Ping."""
        self.link = link
        self._paired = paired
        self._head = head
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._lost = asyncio.Event()
        self._broken: ErrorCode | None = None
        self._proof: asyncio.Future[bool] = self._loop.create_future()
        link.on_lost = self._lost.set
        link.on_unexpected = lambda: self._break(ErrorCode.CHANNEL_UNEXPECTED)
        link.session.on_message = self._receive
        link.session.on_broken = self._break

    async def verify(self, within_s: float) -> None:
        """Wait for the connection and prove the session key over both certificates inside it, both ways.

        Raises ConsentError(CONNECT_FAILED), PairingError(PEER_UNPROVEN), ProtocolError when the peer broke the rules.
        """
        try:
            async with asyncio.timeout(within_s):
                await first_of(self.link.opened(), self._until_lost())
                self.link.session.send(Verify(self._mac(self._paired.role)))
                proven = await first_of(self._proof, self._until_lost())
        except TimeoutError:
            raise ConsentError(ErrorCode.CONNECT_FAILED) from None
        if not proven:
            raise PairingError(ErrorCode.PEER_UNPROVEN, "connection")
        self._heard_at = self._loop.time()

    async def watch(self) -> None:
        """Ping once a second; returns when the connection is lost or silent.

        Raises ProtocolError when the peer broke the rules of the connection itself.
        """
        pinged_at = float("-inf")
        while not self._lost.is_set() and self._loop.time() - self._heard_at < SILENT_AFTER_S:
            if self._loop.time() - pinged_at >= PING_EVERY_S:
                pinged_at = self._loop.time()
                self.link.session.send(Ping(self._head()))
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._lost.wait()
            except TimeoutError:
                if self.link.overfull:
                    self._break(ErrorCode.MESSAGE_FLOOD)
        if self._broken is not None:
            raise ProtocolError(self._broken)

    async def close(self) -> None:
        """Close the link."""
        self._lost.set()
        self._proof.cancel()
        await self.link.close()

    async def _until_lost(self) -> NoReturn:
        await self._lost.wait()
        if self._broken is not None:
            raise ProtocolError(self._broken)
        raise ConsentError(ErrorCode.CONNECT_FAILED, "lost")

    def _break(self, code: ErrorCode) -> None:
        self._broken = code
        self._lost.set()

    def _receive(self, message: SessionMessage) -> None:
        """Judge the proof here and not in `verify`: what comes in the same packet is dispatched before that wakes."""
        self._heard_at = self._loop.time()
        if isinstance(message, Verify):
            if self._proof.done():
                raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
            proven = self._paired.keys.proves(message.mac, Purpose.VERIFY, *self._said(self._paired.role.other))
            self._proof.set_result(proven)
        elif not self._is_proven:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
        elif not isinstance(message, Ping):
            self._on_message(message)

    @property
    def _is_proven(self) -> bool:
        return self._proof.done() and not self._proof.cancelled() and self._proof.result()

    def _mac(self, role: Role) -> bytes:
        return self._paired.keys.mac(Purpose.VERIFY, *self._said(role))

    def _said(self, role: Role) -> tuple[bytes, ...]:
        return role.encode(), *(each.encode() for each in self.link.fingerprints)
