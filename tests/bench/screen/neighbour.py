"""One end of a flow like a session's tiles: our own channel over real SCTP, which always has something to send.

The offer and the answer go through standard output and input, each as one line; after that the answering end says ten
times a second how many bytes of messages it has received. Both ends go on until their standard input ends.
Run by the benchmark: python -m tests.bench.screen.neighbour offer|answer
"""

import asyncio
import json
import random
import sys
import time
from typing import Final

from remotedesk.core.geometry import Rect
from remotedesk.transport.peer import PeerLink
from remotedesk.transport.window import DelayWindow
from remotedesk.wire.tiles import TILES, Ack, TileMessage, Update

_SAY_EVERY_S: Final = 0.1
_LARGEST_LINE: Final = 1 << 20
_WHOLE: Final = (Rect(0, 0, 64, 64),)
_HEADER: Final = len(TILES.encode(Update(0, 64, 64, False, False, False, 0, (), _WHOLE, b"?"))) - 1


class Sender:
    """Keeps a DelayWindow full, as the capture does when the screen changes faster than the link carries."""

    def __init__(self, link: PeerLink) -> None:
        self._link = link
        self._window = DelayWindow()
        self._sent = self._acked = 0
        link.tiles.on_message = self._take
        link.tiles.watch_held(self._hold)

    def fill(self) -> None:
        """Send as much as there is room for."""
        while self._window.room() >= self._window.message_bytes:
            nbytes = self._window.message_bytes
            data = random.randbytes(nbytes - _HEADER)
            update = TILES.encode(Update(self._sent, 64, 64, False, False, False, 0, (), _WHOLE, data))
            if not self._link.tiles.send_bytes(update):
                return
            self._sent += 1
            self._window.sent(self._sent, len(update), time.monotonic())

    def _hold(self, nbytes: int) -> None:
        self._window.held(nbytes)
        self.fill()

    def _take(self, _: TileMessage) -> None:
        self._acked += 1
        self._window.acked(self._acked, time.monotonic())
        self.fill()


async def _run(offers: bool) -> None:
    reader = asyncio.StreamReader(limit=_LARGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    link = PeerLink()
    try:
        if offers:
            _say(await link.offer())
            await link.accept(json.loads(await reader.readline()))
            await link.opened()
            Sender(link).fill()
            await reader.read()
        else:
            _say(await link.answer(json.loads(await reader.readline())))
            link.tiles.on_message = lambda message: _acknowledge(link, message)
            while not reader.at_eof():
                _say(link.tiles.received_bytes)
                await asyncio.sleep(_SAY_EVERY_S)
    finally:
        await link.close()


def _acknowledge(link: PeerLink, message: TileMessage) -> None:
    if isinstance(message, Update):
        link.tiles.send(Ack(message.sequence, 0))


def _say(what: str | int) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1] == "offer"))
