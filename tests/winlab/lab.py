"""Where the lab's parts lie, and the environment in which its Wine runs."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PREFIX_PATIENCE_S: Final = 300.0

# Debian's own programs, not its `wine` script: that complains on standard error of every missing 32-bit part.
WINE: Final = Path("/usr/lib/wine/wine64")
WINESERVER: Final = Path("/usr/lib/wine/wineserver64")

# No dialogs, no menus of the person's own desktop, no offers to download. A crash ends the process instead of waiting
# for a debugger. The shims beside python.exe come before Wine's own libraries, which Wine's programs still take.
OVERRIDES: Final = "winedbg.exe=d;winemenubuilder.exe=d;mscoree=d;mshtml=d;mscms=n,b;ucrtbase=n,b"
LOCALE: Final = "ja_JP.UTF-8"  # of which Wine makes code page 932
PASSED_ON: Final = ("PATH", "XAUTHORITY")


@dataclass(frozen=True)
class Lab:
    """One lab; nothing need be there yet."""

    folder: Path = field(default_factory=lambda: ROOT / ".winlab")

    @property
    def python(self) -> Path:
        """Return the folder of python.exe."""
        return self.folder / "python"

    @property
    def program(self) -> Path:
        """Return python.exe."""
        return self.python / "python.exe"

    @property
    def packages(self) -> Path:
        """Return the folder of the wheels."""
        return self.python / "Lib" / "site-packages"

    @property
    def template(self) -> Path:
        """Return the Wine prefix that every run gets a copy of."""
        return self.folder / "prefix"

    @property
    def locale(self) -> Path:
        """Return the folder of the Japanese locale, which makes a Japanese Windows of Wine."""
        return self.folder / "locale"

    @property
    def runs(self) -> Path:
        """Return the folder of the runs' own prefixes and of what their caches keep."""
        return self.folder / "runs"

    @property
    def lock(self) -> Path:
        """Return the file that a run shares and a build has alone."""
        return self.folder / "lock"

    def stamp(self, part: str) -> Path:
        """Return the file that says of what this part was made."""
        return self.folder / "stamps" / part


def windows_path(path: Path) -> str:
    """Return how a Windows program under Wine calls this file: Z: is the whole system."""
    return "Z:" + str(path.absolute()).replace("/", "\\")


def wine_environment(lab: Lab, prefix: Path, home: Path) -> dict[str, str]:
    """Return the whole environment for Wine in this prefix, without a screen; of the caller's own little is left."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {
        "HOME": str(home),  # Wine links a prefix's documents and desktop to those below it
        "LC_ALL": LOCALE,
        "LOCPATH": str(lab.locale),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": OVERRIDES,
        "WINEPREFIX": str(prefix),
        "WINESERVER": str(WINESERVER),
    }
