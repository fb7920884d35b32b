"""The customer's programs: draws one scene after the other, each change with a stamp, as its standard input says.

Lines in: `SCENE` or `rest`. Lines out: `ready`, then what Painter says.
Run by the benchmark: python -m tests.bench.screen.workload SEED STAMP_X STAMP_Y
"""

import math
import os
import random
import select
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from tests.bench.screen import layout, pictures, stamp
from tests.bench.screen.layout import BUTTON, DIALOG, EDITOR, MENU, SCREEN, VIEWPORT, WINDOW, WINDOW_PATH, Box
from tests.bench.screen.painter import Painter

Scene = Iterator[float]
_RAISED, _PRESSED = (225, 225, 225), (120, 170, 230)
PAUSE_S: Final = 1.0  # between what a scene needs on the screen and its first change
MENU_CLOSED_S: Final = 0.5  # at least, until it opens again
TEXT_LINES: Final = 400
_TYPED_TOP: Final = 400  # of the editor
_TYPED_LINES: Final = 10
_TYPED_COLUMNS: Final = 140
_LETTER_WIDTH: Final = 9
_TURN: Final = 0.052  # radians a frame
_REVOLVED_TURN: Final = math.radians(3)
_PART_INKS: Final = ((255, 255, 255), (255, 255, 0), (0, 255, 255), (255, 60, 60), (90, 255, 90))


class Workload:
    """Every scene is a generator that gives the seconds from one change to the next."""

    def __init__(self, painter: Painter, chance: random.Random) -> None:
        self._painter = painter
        self._chance = chance
        self._base = painter.upload(pictures.desktop(chance))
        seed = chance.randrange(1 << 30)
        self._part, self._revolved = pictures.part_segments(seed), pictures.revolved_segments(seed)
        self._text = self._tall_text()
        self._page: Any = None
        self._pressed = False

    def _tall_text(self) -> object:
        """Return a page that begins again after TEXT_LINES lines."""
        page = pictures.text_page(self._chance, EDITOR.width, TEXT_LINES * pictures.LINE_HEIGHT)
        return self._painter.upload(page)

    def _show_base(self) -> None:
        self._painter.lay(self._base, SCREEN)

    def rest(self) -> Scene:
        """The picture that every scene begins with."""
        self._show_base()
        self._painter.commit("rest", SCREEN)
        while True:
            yield 10.0

    idle = rest

    def hold(self) -> Scene:
        """Nothing any more: what was there stays, whatever it was."""
        self._painter.commit("hold", Box(0, 0, 0, 0))
        while True:
            yield 10.0

    def type(self) -> Scene:
        """Fifteen letters a second in a page of text."""
        painter, line_height, width = self._painter, pictures.LINE_HEIGHT, _LETTER_WIDTH
        self._show_base()
        painter.lay(self._text, EDITOR)
        field = Box(EDITOR.x, EDITOR.y + _TYPED_TOP, EDITOR.width, _TYPED_LINES * line_height)
        painter.fill(field, pictures.DARK)
        cursor = Box(field.x + 54, field.y, 2, line_height)
        painter.commit("prepare", SCREEN)
        yield PAUSE_S
        for place, char in enumerate(pictures.words(self._chance, 5_000)):
            row, column = divmod(place, _TYPED_COLUMNS)
            at = Box(field.x + 54 + column * width, field.y + row % _TYPED_LINES * line_height, width, line_height)
            if column == 0:
                painter.fill(cursor, pictures.DARK)
                painter.show(cursor)  # it leaves the end of the line above
            cursor = Box(at.x + width, at.y, 2, line_height)
            ink = pictures.INKS[place // 7 % len(pictures.INKS)]
            glyph = painter.upload(pictures.letter(char, ink, width))
            painter.lay(glyph, at)
            glyph.free()
            painter.fill(cursor, (255, 255, 255))
            painter.commit("type", Box(at.x - width, at.y, 2 * width + cursor.width, line_height))
            yield 1 / 15

    def scroll(self) -> Scene:
        """A page of text moves up a line fifteen times a second."""
        painter, line_height = self._painter, pictures.LINE_HEIGHT
        self._show_base()
        painter.lay(self._text, EDITOR)
        painter.commit("prepare", SCREEN)
        yield PAUSE_S
        for line in range(1, 1 << 30):
            hidden = line % TEXT_LINES * line_height
            left = min(EDITOR.height, TEXT_LINES * line_height - hidden)
            painter.lay(self._text, Box(EDITOR.x, EDITOR.y, EDITOR.width, left), 0, hidden)
            if left < EDITOR.height:
                painter.lay(self._text, Box(EDITOR.x, EDITOR.y + left, EDITOR.width, EDITOR.height - left))
            painter.commit("scroll", EDITOR)
            yield 1 / 15

    def window(self) -> Scene:
        """A window is dragged about, thirty steps a second."""
        painter, path = self._painter, WINDOW_PATH
        at = Box(path.x, path.y, WINDOW.width, WINDOW.height)
        self._show_base()
        painter.commit("prepare", SCREEN)
        window = painter.open_window(painter.upload(pictures.window(self._chance, at.width, at.height)), at)
        try:
            yield PAUSE_S
            for x, y in _dragged(path.width - at.width, path.height - at.height):
                before, at = at, Box(path.x + x, path.y + y, at.width, at.height)

                def move(before: Box = before, at: Box = at) -> None:
                    window.configure(x=at.x, y=at.y)
                    painter.show(before)  # a program shows again what comes to light

                painter.commit("window", before.joined(at), move)
                yield 1 / 30
        finally:
            window.destroy()
            painter.show(at)

    def cad(self) -> Scene:
        """A part turns, thirty pictures a second: single lines are cut out of it, so that no two sides are alike."""
        return self._turning("cad", self._part, _TURN)

    def revolved(self) -> Scene:
        """As `cad`, but whole sectors are cut out, and every third picture its lines lie where others lay before."""
        return self._turning("revolved", self._revolved, _REVOLVED_TURN)

    def _turning(self, name: str, part: Sequence[Any], step: float) -> Scene:
        painter, box = self._painter, VIEWPORT
        self._show_base()
        painter.fill(box, (0, 0, 0))
        painter.commit("prepare", SCREEN)
        yield PAUSE_S
        for turn in range(1 << 30):
            painter.fill(box, (0, 0, 0))
            painter.clip(box)
            for segments, ink in zip(part, _PART_INKS, strict=True):
                seen = pictures.project(segments, turn * step, (box.width, box.height))
                seen += [box.x, box.y, box.x, box.y]
                painter.lines(seen, ink)
            painter.clip(None)
            painter.commit(name, box)
            yield 1 / 30

    def change(self) -> Scene:
        """The whole screen is another one, once."""
        picture = self._painter.upload(pictures.desktop(self._chance))
        self._painter.lay(picture, SCREEN)
        self._painter.commit("change", SCREEN)
        picture.free()
        while True:
            yield 10.0

    def menu(self) -> Scene:
        """A menu opens and closes again."""
        painter = self._painter
        self._show_base()
        painter.commit("prepare", SCREEN)
        yield PAUSE_S
        for _ in range(1 << 30):
            window = painter.open_window(painter.upload(pictures.menu(self._chance, MENU.width, MENU.height)), MENU)
            painter.commit("open", MENU, lambda: None)
            yield 0.4 + 0.2 * self._chance.random()

            def close(window: object = window) -> None:
                window.destroy()  # type: ignore[attr-defined]
                painter.show(MENU)

            painter.commit("menu", MENU, close)
            yield MENU_CLOSED_S + 0.2 * self._chance.random()

    def click(self) -> Scene:
        """Nothing, until somebody clicks: then a button looks pressed, or no more."""
        self._show_base()
        self._painter.fill(BUTTON, _RAISED)
        self._painter.commit("prepare", SCREEN)
        self._pressed = False
        while True:
            yield 10.0

    def dialog(self) -> Scene:
        """Nothing, until somebody clicks: then a dialog shows another text."""
        self._show_base()
        self._painter.commit("prepare", SCREEN)
        self._page = self._next_page()
        while True:
            yield 10.0

    def on_click(self, scene: str) -> None:
        """Show the effect of a click, which waits in the X server: no program's own thinking is to be measured."""
        if scene == "click":
            self._pressed = not self._pressed
            self._painter.fill(BUTTON, _PRESSED if self._pressed else _RAISED)
            self._painter.commit("click", BUTTON)
        elif scene == "dialog":
            self._painter.lay(self._page, DIALOG)
            self._painter.commit("dialog", DIALOG)
            self._page.free()
            self._page = self._next_page()

    def _next_page(self) -> Any:
        return self._painter.upload(pictures.window(self._chance, DIALOG.width, DIALOG.height))


def _dragged(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Yield the places of a window that a hand drags about within so many pixels."""
    step = 0
    while True:
        step += 1
        yield int(width * (1 - math.cos(step / 25)) / 2), int(height * (1 - math.cos(step / 17)) / 2)


def play(painter: Painter, workload: Workload) -> None:
    """Draw what the lines say until there are no more."""
    name, scene, due = "rest", workload.rest(), 0.0
    pending = b""
    while True:
        now = time.monotonic()
        if now >= due:
            wait_s = next(scene)
            due = max(due + wait_s, now) if due else now + wait_s
        if painter.clicked():
            workload.on_click(name)
        patience_s = max(0.0, due - time.monotonic())
        readable, _, _ = select.select([0, painter.connection], [], [], patience_s)
        if 0 in readable:
            pending += os.read(0, 4096)
            if not pending.endswith(b"\n"):
                return
            scene.close()  # type: ignore[attr-defined]
            name, pending = pending.decode().split()[-1], b""
            scene, due = getattr(workload, name)(), 0.0


def main() -> None:
    """Open the window and play."""
    seed, stamp_x, stamp_y = map(int, sys.argv[1:])
    place = layout.Box(stamp_x, stamp_y, stamp.WIDTH, stamp.HEIGHT)
    painter = Painter(os.environ["DISPLAY"], place, lambda line: print(line, flush=True))
    workload = Workload(painter, random.Random(seed))
    print("ready", flush=True)
    with suppress(KeyboardInterrupt):
        play(painter, workload)


if __name__ == "__main__":
    main()
