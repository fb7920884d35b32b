"""An engineer's client in a process of its own, driven line by line over its standard input, for tests that kill it.

    python -m tests.support.engineer_process PORT RECORDS NAME PASSWORD

Lines in: `issue`, `ask FEATURE...`, `key CODE`. Lines out: `number 1234-5678-9012`, `state active` and so on.
"""

import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue

from remotedesk.core.consent import Feature
from remotedesk.core.session_number import SessionNumber
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import EngineEvent, FrameReady, NumberIssued, SignedIn, StateChanged
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.support.server import LocalServer

PATIENCE_S = 30.0


class EngineerProcess:
    """Starts the client, signed in; ended by `kill`."""

    def __init__(self, server: LocalServer, records: Path) -> None:
        command = [sys.executable, "-m", "tests.support.engineer_process", str(server.port), str(records)]
        self.process = subprocess.Popen(
            [*command, server.engineer_name, server.password],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, name="engineer process")
        self._reader.start()
        self.heard("signed in")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def heard(self, beginning: str) -> str:
        """Return the next line that begins like this, without its beginning."""
        while True:
            line = self._lines.get(timeout=PATIENCE_S)
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()

    def say(self, *words: str) -> None:
        """Tell the client what its engineer does."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()

    def number(self) -> SessionNumber:
        """Let the engineer get a number."""
        self.say("issue")
        return SessionNumber.parse(self.heard("number"))

    def kill(self) -> None:
        """SIGKILL: no goodbye, no release, nothing."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def _tell(event: EngineEvent) -> None:
    match event:
        case SignedIn():
            print("signed in", flush=True)
        case NumberIssued(number=number):
            print("number", number, flush=True)
        case StateChanged(state=state, code=code):
            print("state", state, code or "", flush=True)
        case FrameReady():
            print("frame", flush=True)


def _serve(port: str, records: str, name: str, password: str) -> None:
    options = EngineOptions(ServerAddress.parse(f"ws://127.0.0.1:{port}"), Trust(), Path(records))
    engine = EngineerEngine(options, FakePlatform(), _tell)
    engine.sign_in(name, password)
    for line in sys.stdin:
        match line.split():
            case ["issue"]:
                engine.issue_number()
            case ["ask", *features]:
                engine.ask(frozenset(map(Feature, features)))
            case ["key", code]:
                engine.key(code, True)
    engine.close()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
