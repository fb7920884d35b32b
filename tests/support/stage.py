"""Two people at two displays, a signaling server between them, and both real clients."""

import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from remotedesk.core.geometry import Size, Viewport
from tests.support.person import Person
from tests.support.signaling_process import Account, SignalingProcess
from tests.support.xserver import XServer

ENGINEER = Account("Hanako Suzuki", "Example Support", "correct horse battery staple")
CUSTOMER = "Taro Yamada"
DISPLAY = Size(1920, 1080)
_COMPLAINT = re.compile(r" (WARNING|ERROR|CRITICAL) |Traceback|^qt\.|^Q[A-Z]\w+:")
CLIENT = Path(sys.executable).with_name("remotedesk")


def _digits(text: str) -> str:
    """Return the digits of a label, which may be set apart and named for a screen reader."""
    return "".join(filter(str.isdigit, text))


class Stage:
    """Everything a session needs, real, on this machine; nothing outlives it. Logs and records go to `folder`."""

    def __init__(
        self, folder: Path, *, display: Size = DISPLAY, engineer_display: Size | None = None, language: str = "en"
    ) -> None:
        """The engineer's display is as large as the customer's unless told otherwise."""
        self._open = ExitStack()
        self._folder = folder
        self._language = language
        self.display = display
        with ExitStack() as opening:
            # A socket's path has to be short, and the folder's may not be.
            short = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="stage")))
            self.server = SignalingProcess(folder / "server")
            opening.callback(self.server.close)
            self.server.add_engineer(ENGINEER)
            self.server.start()
            self.customer = self._seat_customer(opening, short / "customer")
            self.engineer = self._seat(opening, short / "engineer", engineer_display or display)
            self._open = opening.pop_all()

    def _seat_customer(self, opening: ExitStack, home: Path) -> Person:
        return self._seat(opening, home, self.display)

    def _seat(self, opening: ExitStack, home: Path, display: Size) -> Person:
        screen = opening.enter_context(XServer(display.width, display.height))
        person = Person.at(screen, home)
        opening.callback(person.leaves)
        return person

    def start_customer(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the customer's client."""
        return self._start(self.customer, "customer", arguments)

    def start_engineer(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the engineer's client."""
        return self._start(self.engineer, "engineer", ("engineer", *arguments))

    def _start(self, person: Person, role: str, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
        home = self._folder / role
        home.mkdir(parents=True, exist_ok=True)
        reaching = ["--server", self.server.url, "--ca-file", str(self.server.certificates.authority)]
        own = ["--language", self._language, "--record-dir", str(home / "records")]
        command = [str(CLIENT), *arguments, *reaching, *own]
        folders = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
        return person.screen.start(*command, log=self._folder / f"{role}.log", **person.environment, **folders)

    # -- what people do, one step each ----------------------------------------------------------------------

    def sign_in(self, account: Account = ENGINEER) -> None:
        """The engineer proves who he is."""
        self.engineer.fills_in("name", account.name)
        self.engineer.fills_in("password", account.password)
        self.engineer.clicks("sign_in")
        self.engineer.sees("new_number")

    def issue_number(self) -> str:
        """The engineer gets a number; returns it as he reads it out."""
        self.engineer.clicks("new_number")
        return self.engineer.reads("number")

    def join(self, number: str, name: str = CUSTOMER) -> None:
        """The customer types what he was told, and his name; the engineer sees that name."""
        self.customer.fills_in("number", number)
        self.customer.fills_in("name", name)
        self.customer.clicks("connect")
        seen = self.engineer.reads("customer_name")
        assert seen == name, f"the engineer sees {seen!r}"

    def ask(self) -> None:
        """The engineer asks for all there is; the customer is told by whom, and both see one comparison code."""
        for feature in ("view", "control", "chat"):
            self.engineer.ticks(f"want_{feature}")
        code = _digits(self.engineer.reads("comparison_code"))
        self.engineer.clicks("ask")
        told = [self.customer.reads(part) for part in ("engineer_name", "engineer_company")]
        assert told == [ENGINEER.name, ENGINEER.company], f"the customer is told {told}"
        seen = _digits(self.customer.reads("comparison_code"))
        assert code == seen, f"the engineer's comparison code is {code}, the customer's {seen}"

    def accept(self, *, control: bool = True) -> None:
        """The customer reads, allows control if wanted, and says yes."""
        assert not self.customer.sees("ask_control").is_checked, "control must not be ticked beforehand"
        self.customer.ticks("ask_control", control)
        self.customer.clicks("accept")

    def connect(self, *, control: bool = True) -> None:
        """All of it: from signing in to the session."""
        self.sign_in()
        self.join(self.issue_number())
        self.ask()
        self.accept(control=control)
        self.engineer.sees("screen")

    def end(self) -> tuple[str, str]:
        """The customer ends it; returns the record's code that he and the engineer see."""
        self.customer.clicks("end")
        return self.customer.reads("short_code"), self.engineer.reads("short_code")

    # -- what they leave behind -----------------------------------------------------------------------------

    def records(self, role: str) -> list[Path]:
        """Return the records that the `customer` or the `engineer` has of his sessions, oldest first."""
        return sorted((self._folder / role / "records").glob("*.jsonl"))

    def require_clean_logs(self) -> None:
        """Raise AssertionError if a client or the server has logged a warning or worse."""
        logs = [*(self._folder / f"{role}.log" for role in ("customer", "engineer")), self.server.log]
        found = [
            f"{log.name}: {line}"
            for log in logs
            if log.exists()
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
            if _COMPLAINT.search(line)
        ]
        assert not found, "\n".join(found)

    # -- the engineer's picture -----------------------------------------------------------------------------

    @property
    def picture(self) -> Viewport:
        """Return where the customer's screen lies on the engineer's display."""
        view = self.engineer.sees("screen").extents
        fitted = Viewport.fit(self.display, Size(view.width, view.height))
        return Viewport(self.display, view.x + fitted.x // 1, view.y + fitted.y // 1, fitted.scale)

    def on_picture(self, x: int, y: int) -> tuple[int, int]:
        """Return the pixel of the engineer's display that shows this pixel of the customer's."""
        seen = self.picture
        return int(seen.x + (x + 0.5) * seen.scale), int(seen.y + (y + 0.5) * seen.scale)

    def close(self) -> None:
        """End both clients, the displays and the server."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
