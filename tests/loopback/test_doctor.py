"""The doctor's checks on a made-up machine on which one thing or another does not work."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ErrorCode, PlatformError, ServerError
from remotedesk.core.geometry import Rect
from remotedesk.engine.doctor import Check, Doctor, Field, Finding, Outcome, Why, screen_checks
from remotedesk.engine.doctor.screen_checks import place_of
from remotedesk.engine.options import EngineOptions
from remotedesk.lan_server import LanServer
from remotedesk.platform.fake import FakeCapture, FakePlatform
from remotedesk.platform.ports import CapturedFrame
from remotedesk.transport.server_address import ServerAddress, Trust, pin_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanServer]:
    folder = tmp_path_factory.mktemp("server")
    with LanServer(ServerAddress("127.0.0.1", 0), "Hanako Sato", "Support KK", folder) as made:
        yield made


class PaintedPlatform(FakePlatform):
    """Its screen shows what its stand was painted with, at the place where that is; also the Stand."""

    window = 7

    def __init__(self) -> None:
        super().__init__()
        self.colour = self.field_colour = 0
        self.is_blind = False
        self.dirty: tuple[Rect, ...] | None = None

    def paint(self, colour: int) -> None:
        """Note the colour."""
        self.colour = colour

    def open_capture(self, grant: Grant) -> "PaintedCapture":
        """Open the painted screen."""
        super().open_capture(grant)
        return PaintedCapture(self)


class PaintedCapture(FakeCapture):
    """The stand from 40, 30 on and the field from 100, 120 on, 40 × 20 pixels each."""

    def __init__(self, platform: PaintedPlatform) -> None:
        super().__init__(platform)
        self._painted = platform

    def grab(self, grant: Grant) -> CapturedFrame:
        frame = super().grab(grant)
        pixels = bytearray(frame.pixels)
        fields = (40, 30, self._painted.colour), (100, 120, self._painted.field_colour)
        for left, top, colour in () if self._painted.is_blind else fields:
            for row in range(top, top + 20):
                start = 4 * (row * frame.width + left)
                pixels[start : start + 160] = (colour.to_bytes(3, "little") + b"\xff") * 40
        return CapturedFrame(pixels, frame.width, frame.height, frame.captured_at_s, self._painted.dirty)


class StillField:
    """Nothing arrives in it."""

    text = ""


class ClickedField:
    """Has what was typed after a click inside of it."""

    def __init__(self, platform: PaintedPlatform) -> None:
        self._platform = platform

    @property
    def text(self) -> str:
        """What the made-up machine has typed."""
        acts = [(each.method, *each.arguments) for each in self._platform.injected]
        clicked = ("button", 0, True, 108, 128) in acts
        return "".join(str(act[1]) for act in acts if act[0] == "text") if clicked else ""


def opening(platform: PaintedPlatform, field: Field) -> Callable[[int], AbstractContextManager[Field]]:
    @contextmanager
    def open_field(colour: int) -> Iterator[Field]:
        platform.field_colour = colour
        yield field

    return open_field


def no_server() -> EngineOptions:
    raise ServerError(ErrorCode.SERVER_NOT_NAMED)


def found(platform: PaintedPlatform, field: Field | None = None) -> dict[Check, Finding]:
    opens = None if field is None else opening(platform, field)
    return {each.check: each for each in Doctor(platform, platform, no_server, opens).findings()}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_checks, "_SEEN_WITHIN_S", 0.3)
    monkeypatch.setattr(screen_checks, "_TYPED_WITHIN_S", 0.3)


def test_a_made_up_machine_that_works_has_no_failure() -> None:
    platform = PaintedPlatform()
    platform.hides = True
    findings = found(platform, ClickedField(platform))
    assert list(findings) == list(Check)
    assert [each.check for each in findings.values() if each.outcome is Outcome.FAILED] == []
    assert findings[Check.INPUT].outcome is Outcome.OK
    assert findings[Check.HIDDEN_WINDOWS].outcome is Outcome.OK
    assert platform.hidden == {7}
    assert findings[Check.SERVER] == Finding(Check.SERVER, Outcome.NOT_HERE, ErrorCode.SERVER_NOT_NAMED)
    assert not platform.held


def test_nothing_is_clicked_or_typed_unless_it_is_asked_for() -> None:
    platform = PaintedPlatform()
    assert found(platform)[Check.INPUT].why is Why.ONLY_WITH_SELF_TEST
    assert not platform.injected


def test_a_picture_that_stays_as_it_is_is_a_failure() -> None:
    platform = PaintedPlatform()
    platform.is_blind = True
    findings = found(platform, ClickedField(platform))
    assert findings[Check.SCREEN] == Finding(Check.SCREEN, Outcome.FAILED, Why.NO_CHANGE_SEEN)
    assert findings[Check.INPUT] == Finding(Check.INPUT, Outcome.FAILED, Why.WINDOW_NOT_SEEN)
    assert not platform.injected  # it clicks only where it sees its own field
    assert findings[Check.CURSOR].outcome is Outcome.OK


def test_a_change_that_the_capture_does_not_tell_is_a_failure() -> None:
    platform = PaintedPlatform()
    platform.dirty = (Rect(0, 0, 10, 10),)
    assert found(platform)[Check.SCREEN].why is Why.NO_CHANGE_SEEN
    platform.dirty = (Rect(0, 0, 10, 10), Rect(40, 30, 40, 20))
    assert found(platform)[Check.SCREEN].outcome is Outcome.OK


def test_a_text_that_does_not_arrive_is_a_failure() -> None:
    assert found(PaintedPlatform(), StillField())[Check.INPUT].why is Why.TEXT_DIFFERS


def test_what_the_system_refuses_is_a_failure_with_its_code_and_the_rest_goes_on() -> None:
    class Refusing(PaintedPlatform):
        def open_cursor(self, grant: Grant) -> None:  # type: ignore[override]
            raise PlatformError(ErrorCode.CAPTURE_FAILED)

    platform = Refusing()
    platform.hot_key_taken = True
    findings = found(platform)
    failed = {each.check: each.why for each in findings.values() if each.outcome is Outcome.FAILED}
    assert failed == {Check.CURSOR: ErrorCode.CAPTURE_FAILED, Check.HOT_KEYS: ErrorCode.HOT_KEY_TAKEN}


def test_a_server_that_is_not_there_is_a_failure(tmp_path: Path, server: LanServer) -> None:
    def last(port: int) -> Finding:
        trust = Trust(pin=pin_of(server.fingerprint))
        options = EngineOptions(ServerAddress("127.0.0.1", port), trust, tmp_path)
        *_, finding = Doctor(FakePlatform(), None, lambda: options).findings()
        return finding

    assert last(1) == Finding(Check.SERVER, Outcome.FAILED, ErrorCode.SERVER_UNREACHABLE)
    reached = last(server.port)
    assert reached.outcome is Outcome.OK
    assert float(reached.facts["ms"]) > 0


def test_a_colour_is_found_where_it_is_and_not_across_pixels() -> None:
    width, height = 100, 40
    pixels = bytearray(4 * width * height)
    assert place_of(CapturedFrame(pixels, width, height, 0.0), 0x102030) is None
    for row in range(10, 30):
        pixels[4 * (row * width + 50) : 4 * (row * width + 90)] = b"\x30\x20\x10\xff" * 40
    frame = CapturedFrame(pixels, width, height, 0.0)
    assert place_of(frame, 0x102030) == (58, 18)
    assert place_of(frame, 0x203010) is None  # the same bytes, a pixel's end and the next one's beginning
    assert place_of(CapturedFrame(bytes(pixels), width, height, 0.0), 0x102031) is None
