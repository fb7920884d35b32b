"""A real X display of a test's own: Xvfb, a window manager, the programs started on it, and screenshots."""

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self


def wait_until(true: Callable[[], object], timeout_s: float = 20.0, what: str = "it") -> None:
    """Poll until `true()` is; fails the test with `what` after the timeout."""
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s} s for {what}")
        time.sleep(0.02)


class XServer:
    """One Xvfb with openbox on a display number the server chose itself; ends what it started, by process id."""

    def __init__(
        self,
        width: int = 1280,
        height: int = 800,
        *,
        window_manager: bool = True,
        dpi: int = 96,
        more: tuple[str, ...] = (),
    ) -> None:
        """`more` are further arguments of Xvfb."""
        read_fd, write_fd = os.pipe()
        self._children: list[subprocess.Popen[bytes]] = []
        command = ["Xvfb", "-displayfd", str(write_fd), "-screen", "0", f"{width}x{height}x24", "-dpi", str(dpi)]
        self._server = subprocess.Popen(
            [*command, "-nolisten", "tcp", "-noreset", "+extension", "RANDR", "+extension", "XTEST", *more],
            pass_fds=(write_fd,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write_fd)
        with os.fdopen(read_fd) as answer:
            number = answer.readline().strip()
        if not number:
            raise AssertionError("Xvfb did not start")
        self.display = f":{number}"
        self._closing = threading.Event()
        self._nudger = threading.Thread(target=self._nudge, name="nudger")
        if window_manager:
            self.start("openbox", "--sm-disable")
            self._await_window_manager()
            self._nudger.start()

    def _await_window_manager(self) -> None:
        def running() -> bool:
            answer = self.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK", check=False)
            return "window id" in answer

        wait_until(running, what="the window manager")

    def _nudge(self) -> None:
        """Keep Openbox awake: it may sleep on an event it has read already, until the next one comes."""
        from Xlib import Xatom, error  # here, since `wait_until` is used where there is no X, too
        from Xlib import display as xdisplay

        connection = xdisplay.Display(self.display)
        try:
            while not self._closing.wait(0.1):
                connection.screen().root.change_text_property(Xatom.CUT_BUFFER7, Xatom.STRING, "")
                connection.flush()
            connection.close()
        except (error.ConnectionClosedError, OSError):
            pass  # the server ended before this display was closed

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment for a program on this display."""
        kept = {key: value for key, value in os.environ.items() if key not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
        return kept | {"DISPLAY": self.display, "XDG_SESSION_TYPE": "x11"} | more

    def start(self, *command: str, log: Path | None = None, **env: str) -> subprocess.Popen[bytes]:
        """Start a program on this display; it is ended with the display. Its output goes to `log`, or nowhere."""
        with open(log or os.devnull, "ab") as out:
            child = subprocess.Popen(command, env=self.environment(**env), stdout=out, stderr=out)
        self._children.append(child)
        return child

    def run(self, *command: str, check: bool = True, timeout_s: float = 30.0) -> str:
        """Run a program on this display to its end and return its standard output."""
        done = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, check=check, timeout=timeout_s
        )
        return done.stdout

    def xdotool(self, *arguments: str) -> str:
        """Act as the person in front of this display."""
        return self.run("xdotool", *arguments)

    def resize(self, width: int, height: int) -> None:
        """Change the resolution, at most to what the display was started with."""
        name = f"{width}x{height} made"
        timings = [width, width + 8, width + 16, width + 24, height, height + 1, height + 2, height + 3]
        self.run("xrandr", "--newmode", name, "30", *map(str, timings))
        self.run("xrandr", "--addmode", "screen", name)
        self.run("xrandr", "--output", "screen", "--mode", name)

    def screenshot(self, path: Path) -> Path:
        """Save what this display shows as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run("import", "-silent", "-window", "root", str(path))
        return path

    def close(self) -> None:
        """End every program started here, newest first, and the server."""
        self._closing.set()
        if self._nudger.is_alive():
            self._nudger.join()
        for child in [*reversed(self._children), self._server]:
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(5)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
