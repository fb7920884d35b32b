"""Builds the packaged client under Wine, to be tried there: `python -m tests.winlab.package`. It must not ship.

It carries the lab's shims along, and has no signature.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.winlab.build import build, run
from tests.winlab.lab import ROOT, Lab, windows_path
from tests.winlab.wine_python import WinePython

FOLDER: Final = ROOT / "build" / "windows-package"
PATIENCE_S: Final = 900.0
SHIMS: Final = ("ucrtbase.dll", "ucrtwine.dll", "mscms.dll")


def install_metadata() -> Path:
    """Return a folder with this checkout installed, which the recipe asks for what the client needs."""
    site = FOLDER / "site"
    shutil.rmtree(site, ignore_errors=True)
    uv = str(Path(sys.executable).with_name("uv"))
    run(uv, "pip", "install", "--quiet", "--python", sys.executable, "--no-deps", "--no-build-isolation",
        "--target", str(site), str(ROOT))  # fmt: skip
    return site


def make_package() -> Path:
    """Return the folder of the client; raises subprocess.CalledProcessError with what PyInstaller said."""
    build(Lab())
    site = install_metadata()
    folders = ("--distpath", windows_path(FOLDER / "dist"), "--workpath", windows_path(FOLDER / "work"))
    recipe = windows_path(ROOT / "packaging" / "remotedesk.spec")
    with WinePython() as windows:
        done = windows.run(
            *("-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN", *folders, recipe),
            timeout_s=PATIENCE_S,
            PYTHONPATH=windows_path(site),
        )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, "PyInstaller", done.stdout, done.stderr)
    client = FOLDER / "dist" / "remotedesk"
    add_shims(client)
    return client


def add_shims(client: Path) -> None:
    """Put beside the program what PyInstaller leaves to Windows and Wine 8 lacks."""
    for name in SHIMS:
        shutil.copy(Lab().python / name, client)


def main() -> None:
    """Build and say how large it is."""
    client = make_package()
    size = sum(path.stat().st_size for path in client.rglob("*") if path.is_file())
    print(f"{client}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
