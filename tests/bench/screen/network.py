"""Two network namespaces, the customer's and the engineer's, and the link between them. Needs root."""

import ctypes
import fcntl
import os
import random
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from tests.bench.screen.links import Link
from tests.support.xserver import wait_until

ADDRESSES: Final = {"customer": "10.88.0.1", "engineer": "10.88.0.2"}
_DEVICE: Final = "link0"
_ETHERNET_HEADER: Final = 14
_CLONE_NEWNET: Final = 0x40000000  # linux/sched.h
_TUNSETIFF: Final = 0x400454CA  # linux/if_tun.h, as the two flags
_IFF_TUN: Final = 0x0001
_IFF_NO_PI: Final = 0x1000
Made = TypeVar("Made")


class LinkNetwork:
    """The namespaces are held by processes started here and are gone with the last process in them."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        self._shaper: subprocess.Popen[bytes] | None = None
        self._open = ExitStack()
        with ExitStack() as opening:
            for role in ADDRESSES:
                self._hold(role, opening)
            (self._shape if link.is_shaped else self._join)(opening)
            for role, address in ADDRESSES.items():
                self._ip(role, "link set lo up")
                self._ip(role, f"addr add {address}/24 dev {_DEVICE}")
                self._ip(role, f"link set {_DEVICE} up")
                self._ip(role, f"route add default dev {_DEVICE}")  # a browser offers only the way to the world
            self._open = opening.pop_all()

    def _hold(self, role: str, opening: ExitStack) -> None:
        # Ends with its standard input, so it outlives nobody, whatever happens.
        holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        opening.callback(end, holder)
        self._holders[role] = holder
        own = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != own, what=f"the {role}'s network")

    def _join(self, _opening: ExitStack) -> None:
        """Connect both by a cable."""
        far = self._holders["engineer"].pid
        self._ip("customer", f"link add {_DEVICE} type veth peer name {_DEVICE} netns {far}")

    def _shape(self, opening: ExitStack) -> None:
        """Connect both by a process that carries the packets."""
        devices = []
        for role in ADDRESSES:
            devices.append(self.make_in(role, _open_tun))
            opening.callback(os.close, devices[-1])
        link = self._link
        numbers = (link.kbps, link.delay_s, link.loss, random.randrange(1 << 30), *devices)
        command = [sys.executable, "-m", "tests.bench.screen.shaper", *map(str, numbers)]
        self._shaper = subprocess.Popen(command, pass_fds=devices, stdin=subprocess.PIPE)
        opening.callback(end, self._shaper)

    def change_rate(self, kbps: int) -> None:
        """Let both directions of a shaped link go on at another rate."""
        if self._shaper is None or self._shaper.stdin is None:
            raise ValueError("only a shaped link has a rate")
        self._shaper.stdin.write(b"%d\n" % kbps)
        self._shaper.stdin.flush()

    def inside(self, role: str) -> tuple[str, ...]:
        """Return what to put before a command so that it runs on the `customer`'s or the `engineer`'s host."""
        return "nsenter", f"--net=/proc/{self._holders[role].pid}/ns/net"

    def make_in(self, role: str, make: Callable[[], Made]) -> Made:
        """Return what `make` makes on that host, such as a socket; raises what it raises."""
        made: list[Made] = []
        failed: list[BaseException] = []

        def enter_and_make() -> None:
            try:
                _enter(self._holders[role].pid)
                made.append(make())
            except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
                failed.append(error)

        # Only the thread moves to the namespace, and its life ends there.
        thread = threading.Thread(target=enter_and_make, name=f"in the {role}'s network")
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return made[0]

    def delivered_bytes(self, role: str) -> int:
        """Return how many bytes of IP packets have reached this host over the link."""
        for line in Path(f"/proc/{self._holders[role].pid}/net/dev").read_text().splitlines():
            name, _, counters = line.strip().partition(":")
            if name == _DEVICE:
                size, packets = map(int, counters.split()[:2])
                return size if self._link.is_shaped else size - packets * _ETHERNET_HEADER
        raise LookupError(_DEVICE)

    def _ip(self, role: str, words: str) -> None:
        subprocess.run([*self.inside(role), "ip", *words.split()], check=True, timeout=20)

    def close(self) -> None:
        """Let everything go."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _enter(pid: int) -> None:
    """Move the calling thread into the network namespace of a process."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/proc/{pid}/ns/net", "rb") as namespace:
        if libc.setns(namespace.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


def _open_tun() -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", _DEVICE.encode(), _IFF_TUN | _IFF_NO_PI))
    except OSError:
        os.close(device)
        raise
    return device


def end(process: subprocess.Popen[Any]) -> None:
    """End a process that was started here, by force if it does not go."""
    if process.stdin is not None:
        process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
