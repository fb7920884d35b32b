"""A small network of a benchmark's own: a server's, a customer's and an engineer's host on one switch. Needs root."""

import os
import subprocess
from types import TracebackType
from typing import Final, Self

from tests.support.xserver import wait_until

SERVER: Final = "10.99.0.1"
_HOSTS: Final = {"customer": "10.99.0.2", "engineer": "10.99.0.3"}


class SwitchedNetwork:
    """Three network namespaces, held by processes started here; they are gone when the last process in them is.

    The switch is a bridge in the server's namespace. Pulling a host off it leaves the host's own link up, as when
    something on the way stops passing packets: nobody is told.
    """

    def __init__(self) -> None:
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name in ("server", *_HOSTS):
                self._hold(name)
            self._connect()
        except BaseException:
            self.close()
            raise

    def _hold(self, name: str) -> None:
        holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self._holders[name] = holder
        own = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != own, what=f"the {name}'s network")

    def _connect(self) -> None:
        self._ip("server", "link add switch type bridge")
        self._ip("server", f"addr add {SERVER}/24 dev switch")
        self._ip("server", "link set switch up")
        for host, address in _HOSTS.items():
            self._ip("server", f"link add {host} type veth peer name eth0 netns {self._holders[host].pid}")
            self._ip("server", f"link set {host} master switch up")
            self._ip(host, f"addr add {address}/24 dev eth0")
            self._ip(host, "link set eth0 up")
            self._ip(host, "link set lo up")

    def inside(self, name: str) -> tuple[str, ...]:
        """Return what to put before a command so that it runs on the `server`, `customer` or `engineer` host."""
        return "nsenter", f"--net=/proc/{self._holders[name].pid}/ns/net"

    def hang(self, host: str) -> None:
        """Let everything from and to this host vanish."""
        self._ip("server", f"link set {host} nomaster")

    def mend(self, host: str) -> None:
        """Pass packets again."""
        self._ip("server", f"link set {host} master switch")

    def _ip(self, where: str, words: str) -> None:
        subprocess.run([*self.inside(where), "ip", *words.split()], check=True, timeout=20)

    def close(self) -> None:
        """Let the namespaces go."""
        for holder in self._holders.values():
            holder.terminate()
            holder.wait(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
