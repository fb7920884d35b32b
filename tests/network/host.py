"""One machine of a test's own network: a network and a mount namespace, held by a process started here. Needs root.

It has its own names (/etc/hosts), no name server, and its own certificate authorities (/etc/ssl/certs).
"""

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.support.xserver import wait_until

Made = TypeVar("Made")
_CLONE_NEWNET: Final = 0x40000000  # linux/sched.h
_NOT_FOR_LONGER: Final = ("setpriv", "--pdeathsig", "TERM")
_RESOLVER: Final = "options timeout:1 attempts:1\n"
_SYSTEM_STORE: Final = Path("/etc/ssl/certs")
# Checksums and segments are made by the sender: what carries packets here passes them on as they are.
_OFFLOADS: Final = ("tx", "off", "sg", "off", "tso", "off", "gso", "off", "gro", "off")


class Host:
    """Gone when its last process is; `folder` keeps what only this machine has in its /etc."""

    def __init__(self, name: str, folder: Path, opened: ExitStack) -> None:
        """`opened` ends it."""
        self.name = name
        self._folder = folder / name
        self._folder.mkdir()
        # Ends with its standard input, so it outlives nobody, whatever happens.
        holding = ["unshare", "--net", "--mount", "cat"]
        self._holder = subprocess.Popen(holding, stdin=subprocess.PIPE, start_new_session=True)
        opened.callback(end, self._holder)
        wait_until(lambda: self._comm() == "cat", what=f"the network of {name}")
        self.run("ip link set lo up")
        self._own_etc()

    def _comm(self) -> str:
        return Path(f"/proc/{self._holder.pid}/comm").read_text().strip()

    def _own_etc(self) -> None:
        names, resolver, store = (self._folder / part for part in ("hosts", "resolv.conf", "authorities"))
        resolver.write_text(_RESOLVER)
        store.mkdir()
        self.knows({})
        for own, place in ((names, "/etc/hosts"), (resolver, "/etc/resolv.conf"), (store, _SYSTEM_STORE)):
            self.run("mount", "--bind", str(own), os.path.realpath(place))
        self.run("mount -t tmpfs tmpfs /dev/shm")  # squid's, so that two of them don't share it

    @property
    def inside(self) -> tuple[str, ...]:
        """What to put before a command so that it runs on this machine, in the working directory of the tests.

        It ends when the thread ends that started it.
        """
        return *_NOT_FOR_LONGER, "nsenter", "--target", str(self._holder.pid), "--net", "--mount", "--wd"

    def run(self, *words: str, check: bool = True) -> str:
        """Run a short command here, given as words or as one text to be split; return what it said."""
        command = words if len(words) > 1 else tuple(words[0].split())
        ran = subprocess.run([*self.inside, *command], capture_output=True, text=True, timeout=20)
        if check and ran.returncode:
            raise AssertionError(f"{self.name}: {' '.join(command)}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def start(self, command: Sequence[str], log: Path, **options: Any) -> subprocess.Popen[Any]:
        """Start a program here; what it says and `options` doesn't take goes to `log`."""
        with log.open("ab") as out:
            # Ctrl+C is for the tests, which end everything in order.
            given = {"stdout": out, "stderr": out, "start_new_session": True, **options}
            return subprocess.Popen([*self.inside, *command], **given)

    def make(self, make: Callable[[], Made]) -> Made:
        """Return what `make` makes in this network, such as a socket; raises what it raises."""
        made: list[Made] = []
        failed: list[BaseException] = []

        def enter_and_make() -> None:
            try:
                self._enter()
                made.append(make())
            except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
                failed.append(error)

        # Only the thread moves to the namespace, and its life ends there.
        thread = threading.Thread(target=enter_and_make, name=f"in the network of {self.name}")
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return made[0]

    def _enter(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{self._holder.pid}/ns/net", "rb") as namespace:
            if libc.setns(namespace.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

    def cable(self, own: str, far: "Host", theirs: str) -> None:
        """Connect an interface `own` of this machine with one of another."""
        self.run(f"ip link add {own} type veth peer name {theirs} netns {far.namespace}")
        for host, interface in ((self, own), (far, theirs)):
            host.run("ethtool", "-K", interface, *_OFFLOADS, check=False)
            host.run(f"ip link set {interface} up")

    @property
    def namespace(self) -> int:
        """The process whose network namespace this machine's is."""
        return self._holder.pid

    def knows(self, names: Mapping[str, Sequence[str]]) -> None:
        """Let these names, and only these, have these addresses here."""
        lines = ["127.0.0.1 localhost", "::1 localhost"]
        lines += [f"{address} {name}" for name, addresses in names.items() for address in addresses]
        (self._folder / "hosts").write_text("\n".join(lines) + "\n")

    def trusts(self, *authorities: Path) -> None:
        """Let the system's store here hold these certificate authorities (PEM files), and no others."""
        store = self._folder / "authorities"
        for old in store.iterdir():
            old.unlink()
        for number, authority in enumerate(authorities):
            shutil.copy(authority, store / f"authority{number}.pem")
        subprocess.run(["openssl", "rehash", str(store)], check=True, capture_output=True, timeout=20)

    def log(self, name: str) -> Path:
        """Return where a program of this machine may write what it has to say."""
        return self._folder / f"{name}.log"


def end(process: subprocess.Popen[Any], patience_s: float = 10.0) -> None:
    """End a process that was started here: its standard input if it has one, then by a signal, then by force."""
    if process.stdin is not None:
        process.stdin.close()
    else:
        process.terminate()
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    if process.stdout is not None:
        process.stdout.close()
