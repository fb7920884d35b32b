"""Real SCTP associations over the benchmark's link, in a loop whose time passes as soon as nothing is left to do."""

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar
from unittest.mock import patch

from aiortc import RTCDataChannel, rtcsctptransport
from aiortc.rtcdatachannel import RTCDataChannelParameters
from aiortc.rtcsctptransport import RTCSctpTransport

from remotedesk.features.screen.tiles.coder import EARLY, LEAST_BPS, most_fps, wanted_bps
from remotedesk.transport.sctp import recovery
from remotedesk.transport.window import DelayWindow
from tests.bench.screen.links import Direction, Link

T = TypeVar("T")
_BELOW_SCTP: Final = 65  # bytes of DTLS, UDP and IP around each packet
_SEGMENT: Final = 1_500


class _Leaping(selectors.SelectSelector):
    """Waits in no time: the clock is put forward instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("nothing is left that could ever happen")
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on a clock of its own, which also stands for the `time` module in what is under test."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._leaping.now


def run_virtually(work: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Run `work` to its end in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        with patch.object(recovery, "time", loop), patch.object(rtcsctptransport, "time", loop):
            return runner.run(work(loop))


class SharedLink:
    """Carries packets both ways; 0 is the way there, 1 the way back."""

    def __init__(self, loop: VirtualLoop, link: Link) -> None:
        self.loop = loop
        self.lost = 0
        self.delays: list[tuple[float, float]] = []  # of small packets on the way there: when one came, seconds
        self._ways = [Direction(link, random.Random(way)) for way in (0, 1)]
        self._waiting: list[dict[int, tuple[asyncio.TimerHandle, Callable[[], None]]]] = [{}, {}]
        self._numbers = 0
        self._listen()

    def send(self, way: int, size: int, deliver: Callable[[], None]) -> None:
        """Call `deliver` when a packet of `size` bytes has arrived, if it does."""
        arrives_at = self._ways[way].arrival(self.loop.time(), size)
        if arrives_at is None:
            self.lost += 1
        else:
            self._numbers += 1
            self._plan(way, self._numbers, arrives_at, deliver)

    def change_rate(self, kbps: int) -> None:
        """Go on at another rate, both ways."""
        for way in (0, 1):
            before, self._waiting[way] = self._waiting[way], {}
            arrivals = self._ways[way].change_rate(kbps, self.loop.time(), [at.when() for at, _ in before.values()])
            for (number, (at, deliver)), arrives_at in zip(before.items(), arrivals, strict=True):
                at.cancel()
                if arrives_at is None:
                    self.lost += 1
                else:
                    self._plan(way, number, arrives_at, deliver)

    def _plan(self, way: int, number: int, arrives_at: float, deliver: Callable[[], None]) -> None:
        def arrive() -> None:
            del self._waiting[way][number]
            deliver()

        self._waiting[way][number] = self.loop.call_at(arrives_at, arrive), deliver

    def _listen(self) -> None:
        sent_at = self.loop.time()
        self.send(0, 80, lambda: self.delays.append((self.loop.time(), self.loop.time() - sent_at)))
        self.loop.call_later(0.02, self._listen)

    def longest_delay(self, since: float, until: float) -> float:
        """Return the most seconds that one of the small packets took which came between two moments."""
        return max(delay for at, delay in self.delays if since <= at < until)


class _Wire:
    """Stands for the DTLS transport below an association: to it belong one end and one way of the link."""

    state = "connected"

    def __init__(self, link: SharedLink, way: int) -> None:
        self._role = ("client", "server")[way]
        self._link, self._way = link, way
        self._arrived: deque[bytes] = deque()
        self._reading: asyncio.Task[None] | None = None
        self.far: _Wire = self
        self.association: Any = None

    def _register_data_receiver(self, receiver: object) -> None:
        self.association = receiver

    async def _send_data(self, data: bytes) -> None:
        self._link.send(self._way, len(data) + _BELOW_SCTP, lambda: self.far._take(data))

    def _take(self, data: bytes) -> None:
        self._arrived.append(data)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        while self._arrived:
            await self.association._handle_data(self._arrived.popleft())


class OwnFlow:
    """A channel over two associations of ours, whose sender fills its DelayWindow and is told of each message."""

    def __init__(self, link: SharedLink) -> None:
        wires = [_Wire(link, way) for way in (0, 1)]
        wires[0].far, wires[1].far = wires[1], wires[0]
        self.associations = [RTCSctpTransport(wire) for wire in wires]  # type: ignore[arg-type]
        for association in self.associations:
            recovery.tune(association)
        named = RTCDataChannelParameters(label="tiles", negotiated=True, id=5)
        self._near, self._far = (RTCDataChannel(association, named) for association in self.associations)
        near = self.associations[0]
        assert isinstance(near, recovery.RecoveringSctpTransport)
        near.watch_held(5, self._held)
        self._near.on("message", self._acknowledged)
        self._far.on("message", self._received)
        self._loop = link.loop
        self._sent = self._acked = 0
        self._stopped = False
        self.window = DelayWindow()
        self.received: list[int] = []  # the numbers of the messages
        self.carried = 0.0  # bytes, about as IP packets

    async def start(self) -> None:
        """Connect, and send from then on."""
        await asyncio.gather(*(association.start(None, 5000) for association in self.associations))
        while self._near.readyState != "open" or self._far.readyState != "open":  # noqa: ASYNC110 (as the associations say)
            await asyncio.sleep(0.01)
        self._fill()

    def _fill(self) -> None:
        while not self._stopped and self.window.room() >= self.window.message_bytes:
            self._send(self.window.message_bytes)

    def _send(self, nbytes: int) -> None:
        self._sent += 1
        self._near.send(self._sent.to_bytes(4, "big").ljust(nbytes, b"\0"))
        self.window.sent(self._sent, nbytes, self._loop.time())

    def _received(self, message: bytes) -> None:
        self.received.append(int.from_bytes(message[:4], "big"))
        self.carried += len(message) * 1.08
        self._far.send(b"acknowledged")

    async def stop(self) -> None:
        """Send no more."""
        self._stopped = True

    def _held(self, nbytes: int) -> None:
        self.window.held(nbytes)
        self._fill()

    def _acknowledged(self, _: bytes) -> None:
        self._acked += 1
        self.window.acked(self._acked, self._loop.time())
        self._fill()


class PictureFlow(OwnFlow):
    """A sender that makes pictures for the rate it is told, as an encoder does: the window is often not full."""

    _FIRST_BYTES: Final = 150_000  # of the screen before it moves
    _MAKING_S: Final = 0.03
    _UNEVEN: Final = (0.6, 1.4)

    def _fill(self) -> None:
        if not self._answered.is_set():
            self._answered.set()

    async def start(self) -> None:
        """Connect, and make pictures from then on, until `stop`."""
        self._answered = asyncio.Event()
        await super().start()
        self._making = asyncio.ensure_future(self._make())

    async def stop(self) -> None:
        """Make no more."""
        self._making.cancel()
        with suppress(asyncio.CancelledError):
            await self._making

    async def _make(self) -> None:
        chance = random.Random(3)
        await self._hand_over(self._FIRST_BYTES)
        while True:
            rate_bps = max(self.window.rate_bps, LEAST_BPS)
            pause_s = EARLY / most_fps(rate_bps)
            nbytes = wanted_bps(rate_bps) / most_fps(rate_bps) / 8 * chance.uniform(*self._UNEVEN)
            began = self._loop.time()
            await asyncio.sleep(self._MAKING_S)
            await self._hand_over(int(nbytes))
            await asyncio.sleep(max(0.0, began + pause_s - self._loop.time()))

    async def _hand_over(self, nbytes: int) -> None:
        while nbytes > 0:
            carried = int(self._MAKING_S * self.window.rate_bps / 8) if self.window.runs_empty else 0
            if self.window.balance() + carried < self.window.message_bytes:
                self._answered.clear()
                await self._answered.wait()
                continue
            size = max(4, min(nbytes, self.window.message_bytes))
            self._send(size)
            nbytes -= size


class CubicFlow:
    """Stands for a bulk transfer over TCP: slow start, then the window of CUBIC (RFC 9438), cut once per round trip."""

    _CUT: Final = 0.7
    _SCALE: Final = 0.4

    def __init__(self, link: SharedLink) -> None:
        self._link = link
        self._window, self._slow_start = 10.0, True
        self._flying: dict[int, float] = {}
        self._sent, self._cut_at_number = 0, -1
        self._highest, self._cut_at = 0.0, 0.0
        self.carried = 0.0
        self._on = False

    def start(self) -> None:
        """Send as much as the window allows, until `stop`."""
        self._on = True
        self._fill()

    def stop(self) -> None:
        """Send no more."""
        self._on = False

    def _fill(self) -> None:
        while self._on and len(self._flying) < self._window:
            self._sent += 1
            self._flying[self._sent] = self._link.loop.time()
            self._link.send(0, _SEGMENT, lambda number=self._sent: self._arrived(number))  # type: ignore[misc]

    def _arrived(self, number: int) -> None:
        self.carried += _SEGMENT
        self._link.send(1, 60, lambda: self._acknowledged(number))

    def _acknowledged(self, number: int) -> None:
        if self._flying.pop(number, None) is None:
            return
        lost = [each for each in self._flying if each < number - 3]
        for each in lost:
            del self._flying[each]
        if lost and max(lost) > self._cut_at_number:
            self._cut()
        elif self._slow_start:
            self._window += 1
        else:
            self._grow()
        self._fill()

    def _cut(self) -> None:
        self._highest, self._cut_at, self._cut_at_number = self._window, self._link.loop.time(), self._sent
        self._window, self._slow_start = max(2.0, self._CUT * self._window), False

    def _grow(self) -> None:
        steepest = 3 * (1 - self._CUT) / (1 + self._CUT) / self._window  # as Reno would
        turns_after = (self._highest * (1 - self._CUT) / self._SCALE) ** (1 / 3)
        aimed_at = self._SCALE * (self._link.loop.time() - self._cut_at - turns_after) ** 3 + self._highest
        self._window += max(steepest, min(0.5, (aimed_at - self._window) / self._window))


def shares(before: Mapping[str, float], after: Mapping[str, float], seconds: float, kbps: float) -> dict[str, float]:
    """Return the part of a link's rate that each flow had, from the bytes it had carried at two moments."""
    return {name: (after[name] - before[name]) / 125 / seconds / kbps for name in after}
