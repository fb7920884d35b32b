"""What is tried out on the screen: with a window of ours in a colour that nothing else has, and looked for."""

import secrets
import statistics
import time
from typing import Final

from remotedesk.core.consent import ConsentGate, Feature, Grant
from remotedesk.engine.doctor.finding import Check, Finding, OpensField, Outcome, Stand, Why
from remotedesk.platform.ports import CapturedFrame, HotKey, Platform, ScreenCapture

_SEEN_WITHIN_S: Final = 5.0
_TYPED_WITHIN_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.1
_RUN: Final = 24  # pixels of the colour beside each other
_INSIDE: Final = 8  # pixels from the corner where it begins
# Letters that no keyboard layout has all of, and none that somebody could have typed by chance.
TYPED: Final = "remotedesk 図面の寸法 é 42"


class ScreenChecks:
    """Used from one thread. The person who called for the checks sits at this machine, so he is who allows them."""

    def __init__(self, platform: Platform, stand: Stand, open_field: OpensField | None) -> None:
        """`open_field` is None where nothing is to be typed."""
        self._platform = platform
        self._stand = stand
        self._open_field = open_field
        self._gate = ConsentGate(time.monotonic)
        self._view: Grant = self._gate.allow(Feature.VIEW)
        self._grab_s: list[float] = []

    def close(self) -> None:
        """Allow nothing any more."""
        self._gate.stop()

    def screen(self) -> Finding:
        """Capture twice, and see what changed between."""
        capture = self._platform.open_capture(self._view)
        try:
            self._shown(capture)
            frame, place = self._shown(capture)
        finally:
            capture.close()
        told = place is not None and (frame.dirty is None or any(each.contains(*place) for each in frame.dirty))
        if not told:
            return Finding(Check.SCREEN, Outcome.FAILED, Why.NO_CHANGE_SEEN)
        facts = {"width": frame.width, "height": frame.height, "ms": statistics.median(self._grab_s) * 1000}
        return Finding(Check.SCREEN, Outcome.OK, facts=facts)

    def cursor(self) -> Finding:
        """Read the pointer."""
        watch = self._platform.open_cursor(self._view)
        try:
            watch.read(self._view)
        finally:
            watch.close()
        return Finding(Check.CURSOR, Outcome.OK)

    def hot_keys(self) -> Finding:
        """Take both, and give them back."""
        for key in HotKey:
            self._platform.watch_hot_key(key, _nothing).close()
        return Finding(Check.HOT_KEYS, Outcome.OK)

    def lock(self) -> Finding:
        """Subscribe to the lock."""
        self._platform.watch_lock(_nothing).close()
        return Finding(Check.LOCK, Outcome.OK)

    def local_activity(self) -> Finding:
        """Subscribe to the person's own hands."""
        self._platform.watch_local_activity(_nothing).close()
        return Finding(Check.LOCAL_ACTIVITY, Outcome.OK)

    def input(self) -> Finding:
        """Click into a text field where it is seen, and type."""
        if self._open_field is None:
            return Finding(Check.INPUT, Outcome.NOT_HERE, Why.ONLY_WITH_SELF_TEST)
        colour = _colour()
        with self._open_field(colour) as field:
            capture = self._platform.open_capture(self._view)
            try:
                _, place = self._seen(capture, colour)
            finally:
                capture.close()
            if place is None:
                return Finding(Check.INPUT, Outcome.FAILED, Why.WINDOW_NOT_SEEN)
            self._type(*place)
            deadline = time.monotonic() + _TYPED_WITHIN_S
            while field.text != TYPED and time.monotonic() < deadline:
                time.sleep(_LOOK_EVERY_S)
            if field.text != TYPED:
                return Finding(Check.INPUT, Outcome.FAILED, Why.TEXT_DIFFERS)
        return Finding(Check.INPUT, Outcome.OK)

    def hidden_windows(self) -> Finding:
        """Keep our window out of the picture, if the system can."""
        self._stand.paint(_colour())
        if self._platform.hide_from_picture(self._view, self._stand.window):
            return Finding(Check.HIDDEN_WINDOWS, Outcome.OK)
        return Finding(Check.HIDDEN_WINDOWS, Outcome.NOT_HERE, Why.WINDOWS_ARE_SEEN)

    def _type(self, x: int, y: int) -> None:
        control = self._gate.allow(Feature.CONTROL)
        injector = self._platform.open_injector(control, lambda: self._gate.prompt is not None)
        try:
            injector.button(control, 0, True, x, y)
            injector.button(control, 0, False, x, y)
            injector.settle()
            injector.text(control, TYPED)
        finally:
            injector.close()
            self._gate.revoke(Feature.CONTROL)

    def _shown(self, capture: ScreenCapture) -> tuple[CapturedFrame, tuple[int, int] | None]:
        """Give our window a new colour, and look for it."""
        colour = _colour()
        self._stand.paint(colour)
        return self._seen(capture, colour)

    def _seen(self, capture: ScreenCapture, colour: int) -> tuple[CapturedFrame, tuple[int, int] | None]:
        """Capture until the colour is there; return the picture, and a place inside of it or None."""
        deadline = time.monotonic() + _SEEN_WITHIN_S
        while True:
            start = time.perf_counter()
            frame = capture.grab(self._view)
            self._grab_s.append(time.perf_counter() - start)
            place = place_of(frame, colour)
            if place is not None or time.monotonic() > deadline:
                return frame, place
            capture.wait_changed(_LOOK_EVERY_S)


def place_of(frame: CapturedFrame, colour: int) -> tuple[int, int] | None:
    """Return a pixel inside of an area of this colour, 0xRRGGBB, at least 24 pixels wide; None if there is none."""
    for unused in (b"\xff", b"\x00"):  # the fourth byte of each pixel may be anything, but is one of these
        run = (colour.to_bytes(3, "little") + unused) * _RUN
        at = frame.pixels.find(run)
        while at % 4 and at > 0:
            at = frame.pixels.find(run, at + 1)
        if at >= 0:
            row, column = divmod(at // 4, frame.width)
            return column + _INSIDE, row + _INSIDE
    return None


def _colour() -> int:
    """Return one that nobody has on his screen by chance, neither very dark nor very light."""
    return int.from_bytes(64 + secrets.randbelow(128) for _ in range(3))


def _nothing(*_: object) -> None:
    pass
