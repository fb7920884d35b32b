"""The pointer is read as the X server has it: its place, its shape, and when either changes."""

from collections.abc import Callable, Iterator

import pytest
from Xlib import X, display

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError
from remotedesk.platform.ports import CapturedCursor
from remotedesk.platform.x11.connection import close_display
from remotedesk.platform.x11.cursor import X11Cursor
from remotedesk.platform.x11.platform import X11Platform
from tests.support.grants import Allowed
from tests.support.xserver import XServer

TEXT_BEAM, CROSSHAIR = 152, 34  # X11/cursorfont.h


class Desk:
    """A display on which windows have pointers of their own, and a watch on it."""

    def __init__(self) -> None:
        self.server = XServer(640, 480, window_manager=False)
        self.allowed = Allowed()
        self.connection = display.Display(self.server.display)
        self.watch = X11Cursor(self.server.display)

    def window(self, x: int, cursor: int) -> None:
        """Map a window at (x, 0), 100 pixels wide and high, with a cursor of the X server's font."""
        font = self.connection.open_font("cursor")
        shape = font.create_glyph_cursor(font, cursor, cursor + 1, (0, 0, 0), (65535, 65535, 65535))
        root = self.connection.screen().root
        root.create_window(x, 0, 100, 100, 0, X.CopyFromParent, override_redirect=True, cursor=shape).map()
        self.connection.sync()

    def move(self, x: int, y: int) -> None:
        """Move as a mouse does."""
        self.connection.xtest_fake_input(X.MotionNotify, x=x, y=y)
        self.connection.sync()

    def read(self) -> CapturedCursor:
        return self.watch.read(self.allowed.view)

    def until(self, true: Callable[[CapturedCursor], bool]) -> CapturedCursor:
        """Read at each change until it is."""
        for _ in range(100):
            if self.watch.wait_changed(0.2) and true(cursor := self.read()):
                return cursor
        raise AssertionError(f"still {self.read()}")

    def close(self) -> None:
        self.watch.close()
        close_display(self.connection)
        self.server.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def test_the_place_and_the_shape_are_the_servers(desk: Desk) -> None:
    desk.window(0, TEXT_BEAM)
    desk.window(200, CROSSHAIR)
    desk.move(50, 40)
    beam = desk.until(lambda cursor: (cursor.x, cursor.y) == (50, 40)).shape
    assert beam is not None
    assert beam.width < beam.height, "a text beam"
    assert len(beam.pixels) == beam.width * beam.height * 4
    assert set(beam.pixels[3::4]) == {0, 255}
    assert beam.pixels[(beam.hot_y * beam.width + beam.hot_x) * 4 + 3] == 255, "its stem is where it points"
    desk.move(250, 40)
    cross = desk.until(lambda cursor: cursor.x == 250).shape
    assert cross is not None
    assert cross != beam
    desk.move(51, 40)
    again = desk.until(lambda cursor: cursor.x == 51).shape
    assert again is beam, "it is known already"


def test_a_pointer_at_rest_is_quiet_and_one_put_elsewhere_is_found(desk: Desk) -> None:
    desk.read()
    assert not any(desk.watch.wait_changed(0.05) for _ in range(4))
    desk.connection.screen().root.warp_pointer(300, 200)
    desk.connection.sync()
    desk.until(lambda cursor: (cursor.x, cursor.y) == (300, 200))


def test_the_shape_of_a_program_that_has_ended_is_not_told(desk: Desk) -> None:
    desk.server.run("xsetroot", "-cursor_name", "watch")
    assert desk.until(lambda cursor: cursor.shape is None)
    desk.window(0, TEXT_BEAM)
    desk.move(5, 5)
    assert desk.until(lambda cursor: cursor.shape is not None).x == 5


def test_a_huge_pointer_is_cut_around_the_pixel_that_points(desk: Desk) -> None:
    connection, side = desk.connection, 600
    root = connection.screen().root
    bitmap = root.create_pixmap(side, side, 1)
    pen = bitmap.create_gc(foreground=1)
    bitmap.fill_rectangle(pen, 0, 0, side, side)
    cursor = bitmap.create_cursor(bitmap, (65535, 0, 0), (0, 0, 0), 500, 590)
    root.change_attributes(cursor=cursor)
    connection.sync()
    shape = desk.until(lambda cursor: cursor.shape is not None and cursor.shape.width == 256).shape
    assert shape is not None
    assert (shape.width, shape.height, shape.hot_x, shape.hot_y) == (256, 256, 500 - (600 - 256), 590 - (600 - 256))
    assert shape.pixels == b"\x00\x00\xff\xff" * 256 * 256


def test_revoking_ends_it_at_the_next_look(desk: Desk) -> None:
    desk.read()
    desk.allowed.gate.revoke(Feature.VIEW)
    with pytest.raises(ConsentError) as refusal:
        desk.read()
    assert refusal.value.code is ErrorCode.GRANT_REVOKED


def test_an_x_server_that_goes_is_an_error_with_a_code(desk: Desk) -> None:
    desk.server.close()
    for ask in (desk.read, lambda: [desk.watch.wait_changed(0.01) for _ in range(2)]):
        with pytest.raises(PlatformError) as refusal:
            ask()
        assert refusal.value.code is ErrorCode.CAPTURE_FAILED


def test_an_x_server_that_does_not_tell_is_an_error_with_a_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not a server started without it: python-xlib keeps the numbers of events of all servers of a process in one place.
    monkeypatch.setattr(display.Display, "has_extension", lambda *_: False)
    with pytest.raises(PlatformError) as refusal:
        X11Platform({"DISPLAY": desk.server.display}).open_cursor(desk.allowed.view)
    assert refusal.value.code is ErrorCode.CAPTURE_FAILED
