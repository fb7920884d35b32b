"""LibreCAD with a drawing of a test's own, as it stands on a customer's desktop."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.pictures import Box
from tests.support.xserver import XServer, wait_until

_SETTINGS = "[Startup]\nFirstLoad=false\nShowSplash=false\n"  # no questions at the first start
_WINDOW: Box = (40, 60, 1540, 960)
# Inside the window, where nothing but the drawing is.
DRAWING: Box = (100, 200, 1200, 840)


@dataclass(frozen=True)
class LibreCad:
    """The running program and its file."""

    screen: XServer
    file: Path
    window: str

    @classmethod
    def start(cls, screen: XServer, drawing: Path, home: Path) -> "LibreCad":
        """Open a copy of `drawing`; settings and the copy live in `home`."""
        settings = home / ".config" / "LibreCAD"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "LibreCAD.conf").write_text(_SETTINGS, encoding="utf-8")
        file = home / drawing.name
        shutil.copy(drawing, file)
        own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "XDG_RUNTIME_DIR": str(home)}
        screen.start("librecad", str(file), log=home / "librecad.log", **own)

        def windows() -> list[str]:
            return screen.run("xdotool", "search", "--onlyvisible", "--name", "^LibreCAD - ", check=False).split()

        wait_until(windows, timeout_s=60, what="LibreCAD's window")
        found = cls(screen, file, windows()[0])
        left, top, right, bottom = _WINDOW
        screen.xdotool("windowmove", found.window, str(left), str(top))
        screen.xdotool("windowsize", "--sync", found.window, str(right - left), str(bottom - top))
        return found

    def is_changed(self) -> bool:
        """Return whether there is something in the drawing that the file does not have yet."""
        return self.screen.run("xdotool", "getwindowname", self.window).strip().endswith("*]")

    def count(self, entity: str) -> int:
        """Return how many LINEs, CIRCLEs and so on the saved drawing has, those inside of blocks not counted."""
        lines = [line.strip() for line in self.file.read_text(encoding="utf-8", errors="replace").splitlines()]
        codes = list(zip(lines[::2], lines[1::2], strict=False))
        start = codes.index(("2", "ENTITIES"))
        end = codes.index(("0", "ENDSEC"), start)
        return codes[start:end].count(("0", entity))
