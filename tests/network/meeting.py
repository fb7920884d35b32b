"""Both real clients, each in a process on a machine of the lab, and the steps people take with them."""

import json
import re
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.network.host import Host, end

PATIENCE_S: Final = 40.0
_COMPLAINT: Final = re.compile(r" (WARNING|ERROR|CRITICAL) |Traceback")
Line = dict[str, Any]


class Peer:
    """A client's process: what it is told, and what it tells."""

    def __init__(self, role: str, host: Host, settings: Line) -> None:
        """`role` is `customer` or `engineer`."""
        self.log = host.log(role)
        self.log.unlink(missing_ok=True)
        self._role = role
        self._lines: list[Line] = []
        self._came = threading.Condition()
        command = [sys.executable, "-m", f"tests.network.{role}", json.dumps(settings)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = host.start(command, self.log, **pipes)
        self._reader = threading.Thread(target=self._read, name=f"the {role}'s client")
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._hear(json.loads(line))
        self._hear({"at": time.monotonic(), "what": "gone"})

    def _hear(self, line: Line) -> None:
        with self._came:
            self._lines.append(line)
            self._came.notify_all()

    def say(self, *command: object) -> None:
        """Tell it to do something."""
        assert self.process.stdin is not None
        print(json.dumps(command), file=self.process.stdin, flush=True)

    def mark(self) -> int:
        """Return a place in what it tells, to wait from."""
        return len(self._lines)

    def heard(self, what: str, since: int = 0, **facts: object) -> list[Line]:
        """Return all lines about this so far."""
        return [line for line in self._lines[since:] if _is(line, what, facts)]

    def wait(self, what: str, *, since: int = 0, timeout_s: float = PATIENCE_S, **facts: object) -> Line:
        """Return the first line about this from a place on; fails after the timeout, or when the session is over."""
        deadline = time.monotonic() + timeout_s
        with self._came:
            while True:
                found = self.heard(what, since, **facts)
                if found:
                    return found[0]
                left = deadline - time.monotonic()
                if left <= 0 or (what != "closed" and self._is_over(since)):
                    raise AssertionError(f"the {self._role} told no {what} {facts}:\n{self.story(since)}")
                self._came.wait(left)

    def _is_over(self, since: int) -> bool:
        return bool(self.heard("gone", since) or self.heard("state", since, state="ended"))

    def story(self, since: int = 0) -> str:
        """Return what it told, without the pictures, and the end of what it logged."""
        told = [json.dumps(line) for line in self._lines[since:] if line["what"] != "picture"]
        logged = self.log.read_text(errors="replace").splitlines()[-40:]
        return "\n".join([*told, *logged])

    def complaints(self) -> list[str]:
        """Return what it logged at WARNING or above."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [f"{self._role}: {line}" for line in lines if _COMPLAINT.search(line)]

    def close(self) -> None:
        """Let it come to its end."""
        end(self.process, 20.0)
        self._reader.join()


def _is(line: Line, what: str, facts: Line) -> bool:
    return line["what"] == what and all(line.get(name) == value for name, value in facts.items())


class Meeting:
    """A customer and an engineer; whatever happens, both are gone at the end."""

    def __init__(self, hosts: tuple[Host, Host], server: str, records: Path, *own: Line) -> None:
        """`hosts` are the customer's and the engineer's, `own` further settings of either."""
        with ExitStack() as opening:
            peers = []
            for number, (role, host) in enumerate(zip(("customer", "engineer"), hosts, strict=True)):
                settings = {"server": server, "records": str(records / role), **(own[number] if own else {})}
                peers.append(Peer(role, host, settings))
                opening.callback(peers[-1].close)
            self.customer, self.engineer = peers
            self._open = opening.pop_all()

    def pair(self, name: str, password: str) -> None:
        """From nothing to the engineer's question."""
        self.engineer.say("sign_in", name, password)
        self.engineer.wait("signed in")
        self.again()

    def again(self) -> None:
        """The signed-in engineer gets a number, and the customer types it."""
        since = self.customer.mark(), self.engineer.mark()
        self.engineer.say("issue")
        self.customer.say("join", self.engineer.wait("number", since=since[1])["number"])
        codes = {peer.wait("paired", since=at)["code"] for peer, at in zip(self.peers, since, strict=True)}
        assert len(codes) == 1
        self.engineer.wait("state", since=since[1], state="asking")

    def connect(self) -> tuple[float, Line, Line]:
        """The engineer asks for everything and gets it.

        Returns the seconds from the yes until both sides know that the connection is the other's, and how each goes.
        """
        since = self.customer.mark(), self.engineer.mark()
        self.engineer.say("ask")
        accepted = self.customer.wait("accepted", since=since[0])
        active = [peer.wait("state", since=at, state="active") for peer, at in zip(self.peers, since, strict=True)]
        return max(line["at"] for line in active) - accepted["at"], active[0], active[1]

    @property
    def peers(self) -> tuple[Peer, Peer]:
        """The customer and the engineer."""
        return self.customer, self.engineer

    def works(self, word: str) -> None:
        """Pictures come, a key arrives once, and what is written is read: screen, control and data."""
        since = self.customer.mark(), self.engineer.mark()
        self.engineer.wait("picture", since=since[1], exact=True)
        self.engineer.say("text", word)
        self.engineer.say("chat", word)
        self.customer.wait("injected", since=since[0], arguments=[word])
        self.customer.wait("chat", since=since[0], text=word, mine=False)
        self.engineer.wait("chat", since=since[1], text=word, mine=True)
        assert len(self.customer.heard("injected", arguments=[word])) == 1

    def finish(self) -> None:
        """The customer ends it; both see one code of the record, and nobody has complained."""
        since = self.customer.mark(), self.engineer.mark()
        self.customer.say("end")
        codes = {peer.wait("closed", since=at)["short_code"] for peer, at in zip(self.peers, since, strict=True)}
        assert len(codes) == 1
        assert codes != {""}
        assert [line for peer in self.peers for line in peer.complaints()] == []

    def close(self) -> None:
        """End both."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
