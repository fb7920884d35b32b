"""A peer: Chromium shares the customer's screen with another Chromium by WebRTC, at full screen on the engineer's."""

import asyncio
import shutil
import socket
import threading
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

from aiohttp import web

from tests.bench.screen.layout import PARKED, SCREEN
from tests.bench.screen.network import ADDRESSES
from tests.bench.screen.seats import Seats, run_at

Result = TypeVar("Result")
_PORT: Final = 8000
_LONG_POLL_S: Final = 20.0
_PAGE: Final = Path(__file__).with_name("chromium.html")
_FLAGS: Final = (
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--test-type",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--password-store=basic",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--autoplay-policy=no-user-gesture-required",
    "--force-device-scale-factor=1",
    # Candidates by address, not by a name that nobody resolves here.
    "--disable-features=WebRtcHideLocalIpsWithMdns,Translate,MediaRouter,OptimizationHints",
)


class Exchange:
    """The page, and boxes into which one browser puts what the other takes; on the customer's host."""

    def __init__(self, listening: socket.socket) -> None:
        self._boxes: defaultdict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="exchange")
        self._thread.start()
        self._runner = self._call(self._serve(listening))

    async def _serve(self, listening: socket.socket) -> web.AppRunner:
        app = web.Application()
        app.add_routes([web.get("/", self._page), web.post("/box/{box}", self._put), web.get("/box/{box}", self._take)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        return runner

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE)

    async def _put(self, request: web.Request) -> web.Response:
        box, text = request.match_info["box"], await request.text()
        if box == "errors":
            print(f"# chromium: {text}", flush=True)
        self._boxes[box].put_nowait(text)
        return web.Response()

    async def _take(self, request: web.Request) -> web.Response:
        try:
            text = await asyncio.wait_for(self._boxes[request.match_info["box"]].get(), _LONG_POLL_S)
        except TimeoutError:
            return web.Response(status=204)
        return web.Response(text=text)

    def _call(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def close(self) -> None:
        """Serve no more."""
        self._call(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Chromium:
    """Without a voice of its own, and without anybody to ask for consent."""

    takes_clicks = False

    def __init__(self, seats: Seats, codec: str) -> None:
        """`codec` is `vp8` or `av1`."""
        self.name = f"chromium-{codec}"
        if shutil.which("chromium") is None:
            raise SystemExit("the peer chromium needs it: apt-get install chromium")
        with ExitStack() as opening:
            exchange = Exchange(seats.network.make_in("customer", _listen))
            opening.callback(exchange.close)
            sending = [
                "--window-size=500,300",
                "--window-position=0,200",
                "--auto-select-desktop-capture-source=Entire screen",
                f"--app=http://localhost:{_PORT}/?send&codec={codec}",
            ]
            self.customer_pid = _browse(seats, opening, "customer", *sending)
            size = f"--window-size={SCREEN.width},{SCREEN.height}"
            page = f"--app=http://{ADDRESSES['customer']}:{_PORT}/"
            self.engineer_pid = _browse(seats, opening, "engineer", "--kiosk", size, "--window-position=0,0", page)
            for display in (seats.customer.server, seats.engineer.server):
                display.xdotool("mousemove", *map(str, PARKED))
            self._open = opening.pop_all()

    def close(self) -> None:
        """End both browsers."""
        self._open.close()


def _browse(seats: Seats, opening: ExitStack, role: str, *arguments: str) -> int:
    profile = seats.folder / f"{role}-profile"
    return run_at(seats, opening, role, "chromium", *_FLAGS, f"--user-data-dir={profile}", *arguments)


def _listen() -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("", _PORT))
    listening.listen()
    return listening
