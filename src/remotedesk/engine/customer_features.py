"""What the customer's machine does for the engineer: each feature follows its grant, and nothing else starts one."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final

from remotedesk.core.audit import Act
from remotedesk.core.consent import ALONE_AFTER_S, ConsentGate, Feature, Grant, Suspension
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError
from remotedesk.core.rate_limit import TokenBucket
from remotedesk.engine.events import BarWanted, ChatAdded, Failed, GrantsChanged, PeerActed
from remotedesk.engine.world import World
from remotedesk.features.chat import ChatFeature
from remotedesk.features.control import ControlReceiver
from remotedesk.features.screen import CursorShare, ScreenShare, TileFlow
from remotedesk.platform.ports import HotKey, Watch
from remotedesk.transport.peer import PeerLink
from remotedesk.wire.session import Granted, InputRefused, SessionMessage

SIGNS_PER_S: Final = 4.0
NOTE_EVERY_S: Final = 10.0
PROBE_AFTER_S: Final = 10.0  # when the first picture has long been shown


class CustomerFeatures:
    """View, control and chat on the customer's side, with the watches that pause or end them."""

    def __init__(
        self,
        world: World,
        gate: ConsentGate,
        note: Callable[..., None],
        send: Callable[[SessionMessage], None],
        stop: Callable[[], None],
    ) -> None:
        """`note` writes into the record, `send` to the peer, `stop` ends the session from any thread."""
        self._world = world
        self._gate = gate
        self._note = note
        self._send = send
        self._stop = stop
        self._cursor = CursorShare(world.platform, lambda: self._control.idle_s)
        self._share = ScreenShare(world.platform, self._capture_failed, lambda: self._cursor.row)
        self._control = ControlReceiver(world.platform, gate, self._control_acted, self._input_refused)
        self._chat = ChatFeature(lambda: self._may(Feature.CHAT), self._chat_received)
        self._grants: dict[Feature, Grant] = {}  # as the peer and the record were told
        self._suspensions: frozenset[Suspension] = frozenset()
        self._running: set[Feature] = set()
        self._watches: list[Watch] = []
        now = time.monotonic()
        self._signs = {feature: TokenBucket(1, SIGNS_PER_S, now) for feature in Feature}
        self._refusals = TokenBucket(1, 1.0, now)
        self._tasks: list[asyncio.Task[None]] = []
        gate.listen(self._gate_changed)

    # -- life ------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Start the watches, once the customer has accepted; in the engine's loop."""
        platform = self._world.platform
        starts: tuple[Callable[[], Watch], ...] = (
            lambda: platform.watch_hot_key(HotKey.END, self._stop),
            lambda: platform.watch_lock(self._locked),
            lambda: platform.watch_local_activity(self._control.hold),
        )
        for start in starts:
            try:
                self._watches.append(start())
            except PlatformError as error:
                self._world.tell(Failed(error.code))
        with contextlib.suppress(PlatformError):  # a comfort: the bar can be reached by mouse
            self._watches.append(platform.watch_hot_key(HotKey.BAR, self._bar_wanted))
        self._tasks = [asyncio.create_task(self._account()), asyncio.create_task(self._look_for_hardware())]

    def attach(self, link: PeerLink) -> TileFlow:
        """Use a fresh, verified connection; returns the screen's way through it."""
        flow = TileFlow(link.tiles)
        self._share.attach(flow)
        self._cursor.attach(link.cursor)
        self._control.attach(link.input, link.pointer)
        self._chat.attach(link.chat)
        return flow

    def detach(self) -> None:
        """Use no connection until the next `attach`."""
        self._share.detach()
        self._cursor.detach()
        self._chat.detach()
        self._control.release()

    def quiet(self) -> None:
        """Stop acting now, without waiting; from any thread, after the gate has been stopped."""
        self._share.stop()
        self._cursor.stop()
        self._control.release()

    @property
    def engineer_idle_s(self) -> float:
        """Seconds since the engineer's mouse or keyboard did anything here; for any thread."""
        return self._control.idle_s

    async def settle(self) -> None:
        """Wait until nothing that the engineer did is still on its way, about a second at most."""
        await asyncio.to_thread(self._control.settle)

    async def close(self) -> None:
        """End the threads and watches."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.quiet()
        await asyncio.to_thread(self._join)

    def send_chat(self, text: str) -> None:
        """Write to the engineer."""
        line = self._chat.send(text)
        if line is not None:
            self._note(Act.CHAT_SENT, characters=len(line))
            self._world.tell(ChatAdded(line, mine=True))

    def account(self) -> None:
        """Write what control did since the last time into the record, as counts."""
        counts = self._control.take_counts()
        codes = {code.value: code.name.lower() for code in ErrorCode}
        injected = {kind: count for kind, count in counts.items() if kind not in codes}
        refused = {codes[kind]: count for kind, count in counts.items() if kind in codes}
        if injected:
            self._note(Act.CONTROL_USED, **injected)
        if refused:
            self._note(Act.INPUT_REFUSED, **refused)

    def tell_granted(self) -> None:
        """Tell the engineer what is allowed right now."""
        self._send(Granted(tuple(sorted(self._gate.granted)), tuple(sorted(self._gate.suspensions))))

    def _join(self) -> None:
        for watch in self._watches:
            watch.close()
        self._watches.clear()
        self._share.join()
        self._cursor.join()
        self._control.join()

    async def _look_for_hardware(self) -> None:
        await asyncio.sleep(PROBE_AFTER_S)
        await self._share.look_for_hardware()

    async def _account(self) -> None:
        while True:
            await asyncio.sleep(NOTE_EVERY_S)
            self.account()

    # -- following the grants --------------------------------------------------------------------------------

    def _gate_changed(self) -> None:
        """Called by the gate in the thread that changed it: what is not allowed ends before this returns.

        What is held down is let go when a question opens, or a key would repeat itself into the question.
        """
        if self._gate.prompt is not None or not self._may(Feature.CONTROL):
            self._control.release()
        self._world.thread.post(self._follow)

    def _follow(self) -> None:
        grants, suspensions = self._gate.grants, self._gate.suspensions
        old, old_suspensions = self._grants, self._suspensions
        if grants == old and suspensions == old_suspensions:
            return
        self._grants, self._suspensions = grants, suspensions
        gone = sorted(feature for feature, grant in old.items() if grants.get(feature) is not grant)
        fresh = sorted(feature for feature, grant in grants.items() if old.get(feature) is not grant)
        for feature in gone:
            self._note(Act.REVOKED, feature=feature)
            self._end(feature)
        for feature in fresh:
            self._note(Act.GRANTED, feature=feature)
        for reason in sorted(suspensions - old_suspensions):
            self._note(Act.SUSPENDED, why=reason)
        for reason in sorted(old_suspensions - suspensions):
            self._note(Act.RESUMED, why=reason)
        if not suspensions:
            for feature in sorted(grants.keys() - self._running):
                self._begin(feature)
        self._world.tell(GrantsChanged(frozenset(grants), suspensions))
        self.tell_granted()

    def _end(self, feature: Feature) -> None:
        if feature not in self._running:
            return
        self._running.discard(feature)
        if feature is Feature.VIEW:
            self._share.stop()
            self._cursor.stop()
            self._note(Act.VIEW_STOPPED)
        elif feature is Feature.CONTROL:
            self.account()
            self._control.stop()

    def _begin(self, feature: Feature) -> None:
        self._running.add(feature)
        grant = self._grants[feature]
        if feature is Feature.VIEW:
            self._note(Act.VIEW_STARTED)
            self._share.start(grant)
            self._cursor.start(grant)
        elif feature is Feature.CONTROL:
            self._start_control(grant)

    def _start_control(self, grant: Grant) -> None:
        try:
            self._control.start(grant)
        except ConsentError:
            self._running.discard(Feature.CONTROL)  # revoked or suspended meanwhile: the gate calls again
        except PlatformError as error:
            self._world.tell(Failed(error.code))
            self._gate.revoke(Feature.CONTROL)

    def _may(self, feature: Feature) -> bool:
        try:
            return self._gate.grant(feature).live
        except ConsentError:
            return False

    # -- what happens ----------------------------------------------------------------------------------------

    def _locked(self, locked: bool) -> None:
        change = self._gate.suspend if locked else self._gate.resume
        change(Suspension.LOCKED)

    def _bar_wanted(self) -> None:
        if self._control.idle_s > ALONE_AFTER_S:  # the engineer has no business there
            self._world.thread.post(lambda: self._world.tell(BarWanted()))

    def _capture_failed(self, code: ErrorCode) -> None:
        self._gate.revoke(Feature.VIEW)
        self._world.thread.post(lambda: self._world.tell(Failed(code)))

    def _control_acted(self) -> None:
        if self._signs[Feature.CONTROL].take(time.monotonic()):
            self._world.thread.post(lambda: self._world.tell(PeerActed(Feature.CONTROL)))

    def _input_refused(self, code: ErrorCode) -> None:
        if self._refusals.take(time.monotonic()):
            self._world.thread.post(lambda: self._send(InputRefused(code)))

    def _chat_received(self, line: str) -> None:
        self._note(Act.CHAT_RECEIVED, characters=len(line))
        self._world.tell(ChatAdded(line, mine=False))
        if self._signs[Feature.CHAT].take(time.monotonic()):
            self._world.tell(PeerActed(Feature.CHAT))
