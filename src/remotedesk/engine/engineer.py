"""The engineer's engine: what the console holds in its hands."""

import asyncio
from collections.abc import Callable, Coroutine

from remotedesk.core.consent import Feature
from remotedesk.core.display_text import one_line
from remotedesk.core.errors import ErrorCode, RemotedeskError
from remotedesk.core.session_state import State
from remotedesk.engine.api import Cursor, Listener, Picture
from remotedesk.engine.engineer_session import EngineerSession
from remotedesk.engine.events import Failed, SignedIn
from remotedesk.engine.mailbox import Mailbox
from remotedesk.engine.options import EngineOptions
from remotedesk.engine.thread import EngineThread
from remotedesk.engine.way_out import find_ways
from remotedesk.engine.world import World
from remotedesk.platform.ports import Platform
from remotedesk.wire import signaling
from remotedesk.wire.input import Button


class EngineerEngine:
    """Implements engine.api.EngineerApi over one signed-in socket and one session at a time."""

    def __init__(self, options: EngineOptions, platform: Platform, listener: Listener) -> None:
        self._thread = EngineThread()
        self._world = World(self._thread, platform, options, listener, find_ways(platform, options.way_out))
        self._mailbox: Mailbox | None = None
        self._signed_in = False
        self._session: EngineerSession | None = None
        self._changing = asyncio.Lock()
        self._changes: set[asyncio.Task[None]] = set()

    def sign_in(self, name: str, password: str) -> None:
        """Prove the account to the server."""
        self._thread.post(lambda: self._spawn(self._sign_in(name, password)))

    def issue_number(self) -> None:
        """Get a new number; an unused one is burnt."""
        self._thread.post(lambda: self._spawn(self._issue()))

    def allow_retry(self) -> None:
        """Let the customer try the secret again."""
        self._with_session(lambda session: session.allow_retry())

    def ask(self, features: frozenset[Feature]) -> None:
        """Ask the customer, at the start or later."""
        self._with_session(lambda session: session.ask(features))

    def send_chat(self, text: str) -> None:
        """Write to the customer."""
        self._with_session(lambda session: session.send_chat(text))

    def latest_frame(self) -> Picture | None:
        """Take the newest picture; None when it has been taken already."""
        session = self._session
        return session.view.take() if session is not None else None

    def latest_cursor(self) -> Cursor | None:
        """Take where the customer's pointer is and what it looks like; None when it has been taken already."""
        session = self._session
        return session.cursor.take() if session is not None else None

    def key(self, code: str, pressed: bool) -> None:
        """Pass on a physical key by its W3C `code`."""
        self._with_session(lambda session: session.control.key(code, pressed))

    def text(self, text: str) -> None:
        """Pass on text from an input method."""
        self._with_session(lambda session: session.control.text(text))

    def pointer_move(self, x: int, y: int) -> None:
        """Pass on a pointer position in frame pixels."""
        self._with_session(lambda session: session.control.move(x, y))

    def pointer_button(self, button: Button, pressed: bool, x: int, y: int) -> None:
        """Pass on a button, W3C numbering."""
        self._with_session(lambda session: session.control.button(button, pressed, x, y))

    def wheel(self, dx: int, dy: int, x: int, y: int) -> None:
        """Pass on the wheel in 1/120 notches, positive right and down."""
        self._with_session(lambda session: session.control.wheel(dx, dy, x, y))

    def release_all(self) -> None:
        """The view lost the focus."""
        self._with_session(lambda session: session.control.release_all())

    def end(self) -> None:
        """End the session; a new number can be issued afterwards."""
        self._with_session(lambda session: session.finish(None))

    def close(self) -> None:
        """End, and join the engine's thread."""
        self._thread.close(self._finish)

    def _with_session(self, act: Callable[[EngineerSession], None]) -> None:
        def run() -> None:
            if self._session is not None:
                act(self._session)

        self._thread.post(run)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._thread.spawn(self._reporting(work))
        self._changes.add(task)
        task.add_done_callback(self._changes.discard)

    async def _reporting(self, work: Coroutine[None, None, None]) -> None:
        try:
            async with self._changing:
                await work
        except RemotedeskError as error:
            self._world.tell(Failed(error.code))

    async def _sign_in(self, name: str, password: str) -> None:
        await self._end_session()
        self._signed_in = False
        if self._mailbox is not None:
            await self._mailbox.close()
        self._mailbox = await Mailbox.open(self._world.options, self._world.ways)
        await self._mailbox.send(signaling.SignIn(name, password))
        account = await self._mailbox.expect(signaling.SignedIn)
        self._signed_in = True
        self._world.tell(SignedIn(one_line(account.name, 64), one_line(account.company, 64)))

    async def _issue(self) -> None:
        await self._end_session()
        if self._mailbox is None or self._mailbox.lost or not self._signed_in:
            self._world.tell(Failed(ErrorCode.NOT_SIGNED_IN))
            return
        self._session = EngineerSession(self._world, self._mailbox)
        self._session.start()

    async def _end_session(self) -> None:
        session = self._session
        if session is None:
            return
        if session.state is not State.ENDED:
            session.finish(None)
        await session.done()
        if session.mailbox is not None and session.mailbox is not self._mailbox:
            self._mailbox = session.mailbox  # it took the place of a socket that was lost, which is closed

    async def _finish(self) -> None:
        for task in tuple(self._changes):
            task.cancel()
        await asyncio.gather(*self._changes, return_exceptions=True)
        await self._end_session()
        if self._mailbox is not None:
            await self._mailbox.close()
