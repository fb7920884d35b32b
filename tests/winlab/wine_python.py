"""Runs the lab's Windows Python from tests on Linux: a screen and a Windows of its own, and processes on them."""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from tests.support.xserver import XServer
from tests.winlab.lab import ROOT, WINE, WINESERVER, Lab, windows_path, wine_environment
from tests.winlab.locks import lock, try_lock

SOURCES: Final = (ROOT / "src", ROOT / "signaling")
MOST_RUNS: Final = 16  # at a time in one lab
START_PATIENCE_S: Final = 120.0
END_PATIENCE_S: Final = 10.0

# The first process of a Windows: Wine's services and its desktop start with it and keep hold of its pipes, not of
# those of the programs that matter, whose readers would wait seconds for the end otherwise.
KEEPER: Final = "import ctypes, sys; ctypes.windll.user32.GetDesktopWindow(); print('up', flush=True); sys.stdin.read()"


class WinePython:
    """One Windows: a copy of the lab's prefix, on a display of its own or on one given, and Python processes in it.

    All processes of one object share its desktop, as the programs of one person do. `close` ends them, by process id.
    """

    def __init__(
        self, lab: Lab | None = None, *, display: str | None = None, size: tuple[int, int] = (1920, 1080)
    ) -> None:
        """`display` is an X display such as ":5", else an Xvfb of this `size` is started; build the lab first."""
        self.lab = lab or Lab()
        if not self.lab.stamp("packages").exists():
            raise AssertionError(f"there is no lab in {self.lab.folder}: run `python -m tests.winlab.build`")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._screen: XServer | None = None
        self._in_use = lock(self.lab.lock, alone=False)
        self._claim, self.folder = self._own_folder()
        try:
            self._copy_prefix()
            if display is None:
                self._screen = XServer(*size)  # its window manager gives Windows the keyboard
                display = self._screen.display
            self.display = display
            self._await_windows()
        except BaseException:
            self.close()
            raise

    @property
    def prefix(self) -> Path:
        """Return this Windows' own Wine prefix; its drive C: is below it."""
        return self.folder / "prefix"

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a process in this Windows."""
        kept = {
            "DISPLAY": self.display,
            "HYPOTHESIS_STORAGE_DIRECTORY": windows_path(self.lab.runs / "hypothesis"),
            "PYTHONIOENCODING": "utf-8",  # a Japanese Windows writes code page 932 to pipes, which no log here reads
            "PYTHONPATH": ";".join(map(windows_path, SOURCES)),
            # Both Pythons call their files alike, and those that pytest writes name places in messages.
            "PYTHONPYCACHEPREFIX": windows_path(self.lab.runs / "bytecode"),
        }
        return wine_environment(self.lab, self.prefix, self.folder / "home") | kept | more

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        """Start Python with these arguments in the repository's root; its handles are pipes for the caller to read.

        Other handles won't do: given a file, CPython under Wine ends with WinError 6.
        """
        return self.start_program(str(self.lab.program), *arguments, **env)

    def start_program(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a Windows program in the same way."""
        process = subprocess.Popen(
            [str(WINE), *command],
            cwd=ROOT,
            env=self.environment(**env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._processes.append(process)
        return process

    def run(self, *arguments: str, timeout_s: float = 60.0, **env: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments to its end; raise subprocess.TimeoutExpired."""
        process = self.start(*arguments, **env)
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            _end(process)
            raise
        return subprocess.CompletedProcess(
            arguments, process.returncode, out.decode(errors="replace"), err.decode(errors="replace")
        )

    def _own_folder(self) -> tuple[IO[bytes], Path]:
        """Return the first folder that no other run has, with the lock that says so."""
        for number in range(MOST_RUNS):
            if claim := try_lock(self.lab.runs / f"{number}.lock", alone=True):
                return claim, self.lab.runs / str(number)
        self._in_use.close()
        raise AssertionError(f"{MOST_RUNS} runs in {self.lab.folder} at once")

    def _copy_prefix(self) -> None:
        if self.prefix.exists():  # what a killed run has left
            self._wineserver("--kill")
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "home").mkdir(parents=True)
        # By `cp`, which shares the bytes where the file system can.
        subprocess.run(["cp", "--archive", "--reflink=auto", str(self.lab.template), str(self.prefix)], check=True)

    def _await_windows(self) -> None:
        """Start the process that keeps this Windows up, and wait until it is."""
        keeper = self.start("-I", "-c", KEEPER)
        output = keeper.stdout
        assert output
        said: list[bytes] = []
        reader = threading.Thread(target=lambda: said.append(output.readline()), name="keeper")
        reader.start()
        reader.join(START_PATIENCE_S)
        if not said or said[0].strip() != b"up":
            _end(keeper)
            reader.join(END_PATIENCE_S)
            raise AssertionError(f"Windows' Python did not start: {_rest(keeper)}")

    def _wineserver(self, order: str) -> None:
        environment = wine_environment(self.lab, self.prefix, self.folder / "home")
        subprocess.run(
            [str(WINESERVER), order],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=END_PATIENCE_S,
            check=False,  # it fails if nothing runs in this prefix, which is what is wanted
        )

    def end(self) -> None:
        """End every process of this Windows."""
        for process in reversed(self._processes):
            _end(process)
        if self.prefix.exists():
            self._wineserver("--kill")

    def close(self) -> None:
        """End every process of this Windows, then its screen; its prefix stays to be looked at until the next run."""
        self.end()
        for process in self._processes:
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()
        if self._screen:
            self._screen.close()
        self._claim.close()
        self._in_use.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(END_PATIENCE_S)


def _rest(process: subprocess.Popen[bytes]) -> str:
    """Return what an ended process has said on standard error, as far as it is there by now."""
    assert process.stderr
    os.set_blocking(process.stderr.fileno(), False)
    time.sleep(0.2)
    return (process.stderr.read() or b"").decode(errors="replace")
