"""Two offices, a server and the internet between them, as namespaces of a test's own; needs root.

    customer 10.1.0.2   colleague 10.1.0.3   proxy 10.1.0.8 ─ router 198.51.100.21 ─┐
                                                                   server 198.51.100.10 ─ internet
                        engineer 10.2.0.2    proxy 10.2.0.8 ─ router 198.51.100.22 ─┘

Nothing is added to the system's own network, and everything is gone with the processes that hold it.
"""

import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.network.host import Host, end

SERVER: Final = "198.51.100.10"
SERVER_IPV6: Final = "64:ff9b::c633:640a"  # the same server, as a NAT64 shows it (RFC 6052)
TCP_PORTS: Final = (443,)
UDP_PORTS: Final = (3478, 3480)
SERVER_NAME: Final = "support.example.test"
PROXY_NAME: Final = "proxy.office.test"
_NAMES: Final = {SERVER_NAME: (SERVER,)}
_NAMES_IPV6: Final = {SERVER_NAME: (SERVER_IPV6,)}


class Nat(Enum):
    """How a router maps what leaves; either drops what nobody inside has asked for (RFC 4787, sections 4 and 5)."""

    CONE = auto()  # keeps the port: endpoint-independent as long as nobody else has it
    SYMMETRIC = auto()  # another port for each place that is spoken to


class Firewall(Enum):
    """What a router lets out; the office's proxy may always."""

    OPEN = auto()
    NO_UDP = auto()
    ONLY_443 = auto()  # TCP to port 443
    ONLY_PROXY = auto()  # nothing, and no names of the world outside


class Office:
    """A LAN of clients and a proxy's machine behind a router; with `only_ipv6`, one with a NAT64."""

    def __init__(self, number: int, clients: Sequence[str], internet: Host, folder: Path, opened: ExitStack) -> None:
        self._number = number
        self._internet = internet
        self._wire: subprocess.Popen[str] | None = None
        self._nat64: subprocess.Popen[str] | None = None
        self._only_ipv6 = False
        self._firewall = Firewall.OPEN
        self.router = Host(f"router{number}", folder, opened)
        self._join_internet()
        self.router.run("ip link add lan type bridge")
        self.router.run("ip link set lan up")
        self.router.run(f"ip addr add {self._lan(1)}/24 dev lan")
        self.router.run(f"ip addr add {self._lan(1, ipv6=True)}/64 dev lan nodad")
        self.router.run(f"ip addr add {SERVER_IPV6}/128 dev lan nodad")
        self.clients = [Host(name, folder, opened) for name in clients]
        self.proxy = Host(f"proxy{number}", folder, opened)
        self.proxy.knows(_NAMES)
        for host in (*self.clients, self.proxy):
            host.cable("eth0", self.router, f"to{host.name}")
            self.router.run(f"ip link set to{host.name} master lan")
        self._address(self.proxy, self._lan(8))
        opened.callback(self._take_wire_out)
        opened.callback(self._translate, False)
        self.configure()

    def _lan(self, host: int, *, ipv6: bool = False) -> str:
        return f"2001:db8:{self._number}::{host}" if ipv6 else f"10.{self._number}.0.{host}"

    def _join_internet(self) -> None:
        self.router.cable("wan", self._internet, self._port)
        self._internet.run(f"ip link set {self._port} master internet")
        self.router.run(f"ip addr add {self.address}/24 dev wan")
        self.router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        _bridge_only(self.router)

    @property
    def _port(self) -> str:
        return f"office{self._number}"

    @property
    def hosts(self) -> tuple[Host, ...]:
        """All machines of the office."""
        return self.router, self.proxy, *self.clients

    @property
    def address(self) -> str:
        """The address by which the world outside sees this office."""
        return f"198.51.100.{20 + self._number}"

    @property
    def proxy_address(self) -> str:
        """Where the clients find the proxy."""
        return self._lan(8)

    def configure(self, nat: Nat = Nat.CONE, firewall: Firewall = Firewall.OPEN, *, only_ipv6: bool = False) -> None:
        """Begin anew: like this, with the clients' first addresses, every cable in, no delay and no loss."""
        self.wire(0.0)
        self._only_ipv6, self._firewall = only_ipv6, firewall
        self._translate(only_ipv6)
        for number, client in enumerate(self.clients):
            self.plug(client)
            self.give_address(client, 2 + number)
        self._filter(firewall)
        random_ports = "--random-fully" if nat is Nat.SYMMETRIC else ""
        self.router.run(f"iptables -t nat -A POSTROUTING -o wan -j MASQUERADE {random_ports}")
        self.router.run("conntrack -F")

    def _filter(self, firewall: Firewall) -> None:
        rules = {
            Firewall.OPEN: ("-j ACCEPT",),
            Firewall.NO_UDP: ("-p udp -j DROP", "-j ACCEPT"),
            Firewall.ONLY_443: ("-p tcp --dport 443 -j ACCEPT", "-j DROP"),
            Firewall.ONLY_PROXY: ("-j DROP",),
        }
        for table in ("filter", "nat"):
            self.router.run(f"iptables -t {table} -F")
        for chain in ("INPUT", "FORWARD"):
            self.router.run(f"iptables -A {chain} -i wan -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT")
            self.router.run(f"iptables -A {chain} -i wan -j DROP")
        self.router.run(f"iptables -A FORWARD -s {self.proxy_address} -j ACCEPT")
        for rule in rules[firewall]:
            self.router.run(f"iptables -A FORWARD -i lan -o wan {rule}")

    def give_address(self, client: Host, number: int) -> None:
        """Give a client this address in the LAN instead of any other, as another access point would."""
        client.run("ip addr flush dev eth0")
        self._address(client, self._lan(number, ipv6=self._only_ipv6))
        outside: Mapping[str, Sequence[str]] = _NAMES_IPV6 if self._only_ipv6 else _NAMES
        client.knows({PROXY_NAME: (self.proxy_address,), **({} if self._firewall is Firewall.ONLY_PROXY else outside)})

    def _address(self, host: Host, address: str) -> None:
        ipv6 = ":" in address
        host.run(f"ip addr add {address}/{64 if ipv6 else 24} dev eth0 {'nodad' if ipv6 else ''}")
        host.run(f"ip route replace default via {self._lan(1, ipv6=ipv6)}")

    def _translate(self, wanted: bool) -> None:
        """Start or end the router's NAT64."""
        running, self._nat64 = self._nat64, None
        if running is not None:
            end(running)
        if wanted:
            ports = [",".join(map(str, ports)) for ports in (TCP_PORTS, UDP_PORTS)]
            command = [sys.executable, "-m", "tests.network.nat64", SERVER_IPV6, SERVER, *ports]
            log = self.router.log("nat64")
            self._nat64 = self.router.start(command, log, stdout=subprocess.PIPE, text=True)
            assert self._nat64.stdout is not None
            assert self._nat64.stdout.readline() == "ready\n", log.read_text()

    def unplug(self, client: Host) -> None:
        """Pull a client's cable: his own interface tells him at once."""
        self.router.run(f"ip link set to{client.name} down")

    def plug(self, client: Host) -> None:
        """Put it in again."""
        self.router.run(f"ip link set to{client.name} up")

    def cut(self) -> None:
        """Break the line to the internet: nobody in the office is told."""
        self._internet.run(f"ip link set {self._port} down")

    def mend(self) -> None:
        """Repair the line."""
        self._internet.run(f"ip link set {self._port} up")

    def wire(self, delay_s: float, loss: float = 0.0) -> None:
        """Let what goes over the line to the internet take this long each way, and lose this share of it."""
        if not delay_s and not loss:
            self._take_wire_out()
            return
        if self._wire is None:
            self._put_wire_in()
        assert self._wire is not None
        assert self._wire.stdin is not None
        assert self._wire.stdout is not None
        print(delay_s, loss, file=self._wire.stdin, flush=True)
        assert self._wire.stdout.readline() == "ready\n", "the wire has ended"

    def _put_wire_in(self) -> None:
        ends = f"{self._port}a", f"{self._port}b"
        self._internet.cable(ends[0], self._internet, ends[1])
        for interface in (self._port, ends[0]):
            self._internet.run(f"ip link set {interface} nomaster promisc on")
        self._internet.run(f"ip link set {ends[1]} master internet")
        command = [sys.executable, "-m", "tests.network.wire", self._port, ends[0], str(random.randrange(1 << 30))]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._wire = self._internet.start(command, self._internet.log("wire"), **pipes)

    def _take_wire_out(self) -> None:
        self.mend()
        wire, self._wire = self._wire, None
        if wire is not None:
            end(wire)
            self._internet.run(f"ip link del {self._port}a")
            self._internet.run(f"ip link set {self._port} promisc off master internet")


class Lab:
    """Everything there is in the picture above. Logs and the machines' own files go to `folder`."""

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        with ExitStack() as opening:
            internet = Host("internet", folder, opening)
            internet.run("ip link add internet type bridge")
            internet.run("ip link set internet up")
            _bridge_only(internet)
            self.server = Host("server", folder, opening)
            self.server.cable("eth0", internet, "server")
            internet.run("ip link set server master internet")
            self.server.run(f"ip addr add {SERVER}/24 dev eth0")
            self.server.knows(_NAMES)
            self.home = Office(1, ("customer", "colleague"), internet, folder, opening)
            self.support = Office(2, ("engineer",), internet, folder, opening)
            self.hosts = (internet, self.server, *self.home.hosts, *self.support.hosts)
            self._open = opening.pop_all()

    @property
    def customer(self) -> Host:
        """The customer's machine."""
        return self.home.clients[0]

    @property
    def colleague(self) -> Host:
        """Another machine on the customer's LAN."""
        return self.home.clients[1]

    @property
    def engineer(self) -> Host:
        """The engineer's machine."""
        return self.support.clients[0]

    def close(self) -> None:
        """Let everything go."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _bridge_only(host: Host) -> None:
    """Don't show the firewall what only passes a bridge; a kernel without the module never does."""
    host.run("sh", "-c", "echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables", check=False)
