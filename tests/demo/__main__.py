"""Show the product: for a person to use if this machine has a screen, else played from start to end."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.demo import for_a_person, played

FOLDER = Path(__file__).resolve().parents[2] / "build" / "demo"


def has_screen() -> bool:
    """Return whether a person can see windows here."""
    if os.environ.get("WAYLAND_DISPLAY"):
        return True
    if not os.environ.get("DISPLAY"):
        return False
    return subprocess.run(["xset", "q"], capture_output=True, check=False, timeout=10).returncode == 0


def main() -> int:
    """Return 0 when everything happened."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    return for_a_person.show(FOLDER) if has_screen() else played.show(FOLDER)


sys.exit(main())
