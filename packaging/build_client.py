"""Build the client for the system this runs on, start it once, and print its size and its time to the first window."""

import lzma
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from tests.support.xserver import XServer
from Xlib import X
from Xlib.display import Display

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "package"
LEAST_WINDOW_PX = 100  # smaller ones are helpers of the toolkit
PATIENCE_S = 60


def build() -> Path:
    """Return the folder PyInstaller made."""
    shutil.rmtree(BUILD, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR"]
    folders = ["--distpath", str(BUILD / "dist"), "--workpath", str(BUILD / "work")]
    subprocess.run([*command, *folders, str(ROOT / "packaging" / "remotedesk.spec")], check=True)
    client = BUILD / "dist" / "remotedesk"
    if sys.platform == "linux":
        shutil.copy(ROOT / "packaging" / "remotedesk.desktop", client)
    return client


def size_mb(folder: Path) -> float:
    """Return the size of all files, links not followed, in megabytes of 10**6 bytes."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def compress(folder: Path) -> Path:
    """Return the client packed for download."""
    packed = folder.with_suffix(".tar.xz")
    with lzma.open(packed, "wb", preset=1) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        archive.add(folder, folder.name)
    return packed


def await_window(display: Display, client: subprocess.Popen[bytes]) -> None:
    """Return when a window of some size has appeared on this display."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and client.poll() is None:
        while display.pending_events():
            event = display.next_event()
            if event.type == X.MapNotify and event.window.get_geometry().width >= LEAST_WINDOW_PX:
                return
        time.sleep(0.002)
    raise SystemExit(f"the client showed no window; {BUILD / 'client.log'} may say why")


def first_window_ms(client: Path) -> float:
    """Return the time from starting the client to its first window, on a display without anything else."""
    with tempfile.TemporaryDirectory() as home, XServer(window_manager=False) as screen:
        display = Display(screen.display)
        display.screen().root.change_attributes(event_mask=X.SubstructureNotifyMask)
        display.sync()
        started_s = time.monotonic()
        running = screen.start(str(client / client.name), "--server", "localhost", log=BUILD / "client.log", HOME=home)
        await_window(display, running)
        taken_ms = (time.monotonic() - started_s) * 1000
        display.close()
    return taken_ms


def main() -> None:
    """Build, measure, print."""
    client = build()
    print(f"package.size_mb {size_mb(client):.1f} MB")
    print(f"package.compressed_mb {compress(client).stat().st_size / 1e6:.1f} MB")
    print(f"package.first_window_ms {min(first_window_ms(client) for _ in range(3)):.0f} ms")


main()
