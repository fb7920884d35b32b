"""Acknowledgements of small packets that travel with the next data, instead of in packets of their own.

Whoever sends pictures on a thin link gets a small answer to each message; aiortc sends an acknowledgement of 93 bytes
for each of those at once, which is 7 % of a link of 512 kbit/s. It may wait (RFC 9260 section 6.2), and then takes 16
bytes in front of a DATA chunk (section 6.10). What tells of a loss, or of a large packet, does not wait.
tests/loopback/test_sctp_bundling.py fails when aiortc changes under what is overridden.
"""

import asyncio
import contextlib
from typing import Final

from aiortc.rtcsctptransport import Chunk, DataChunk, RTCSctpTransport, SackChunk

SACK_WAITS_S: Final = 0.02  # well below the other side's shortest timeout, and the 0.2 s of RFC 9260
SMALL: Final = 256  # bytes of user data


class BundlingSctpTransport(RTCSctpTransport):
    """An association as aiortc makes it, which may let an acknowledgement wait."""

    _sack_timer: asyncio.TimerHandle | None  # while one waits
    _sack_may_wait: bool  # the newest packet was a small one
    _sacking: asyncio.Task[None] | None

    async def _receive_data_chunk(self, chunk: DataChunk) -> None:
        self._sack_may_wait = len(chunk.user_data) <= SMALL
        await super()._receive_data_chunk(chunk)

    async def _send_sack(self) -> None:
        if not self._sack_may_wait or self._sack_misordered or self._sack_duplicates:
            self._end_wait()
            await super()._send_sack()
        elif self._sack_timer is None:
            self._sack_timer = asyncio.get_running_loop().call_later(SACK_WAITS_S, self._sack_waited)

    async def _send_chunk(self, chunk: Chunk) -> None:
        # A gap that has just been found is told when all of its packet has been read, in an acknowledgement of its own.
        if isinstance(chunk, DataChunk) and self._sack_timer is not None and not self._sack_misordered:
            self._end_wait()
            self._sack_needed = False
            sack = SackChunk()
            sack.cumulative_tsn, sack.advertised_rwnd = self._last_received_tsn, max(0, self._advertised_rwnd)
            chunk = _Bundle(sack, chunk)
        await super()._send_chunk(chunk)

    async def stop(self) -> None:
        """Stop the association, and what it still wanted to acknowledge."""
        self._end_wait()
        if self._sacking is not None:
            self._sacking.cancel()
            await asyncio.gather(self._sacking, return_exceptions=True)
        await super().stop()

    def _end_wait(self) -> None:
        if self._sack_timer is not None:
            self._sack_timer.cancel()
            self._sack_timer = None

    def _sack_waited(self) -> None:
        self._sack_timer = None
        self._sacking = asyncio.ensure_future(self._send_late())

    async def _send_late(self) -> None:
        with contextlib.suppress(ConnectionError):  # the other side has gone
            await super()._send_sack()


class _Bundle(Chunk):
    """Several chunks in one packet."""

    def __init__(self, *chunks: Chunk) -> None:
        super().__init__()
        self._chunks = chunks

    def __bytes__(self) -> bytes:
        return b"".join(bytes(chunk) for chunk in self._chunks)
