"""The lab itself: that what it says of its networks is so, seen by plain sockets."""

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.network.host import Host
from tests.network.lab import SERVER, SERVER_IPV6, SERVER_NAME, UDP_PORTS, Firewall, Lab, Nat
from tests.support.xserver import wait_until

PORTS = UDP_PORTS  # of the server's STUN, which does not run here
NOT_SOON_S = 1.0
SOON_S = 10.0


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a lab whose server is a machine and nothing else."""
    with Lab(tmp_path_factory.mktemp("bare")) as lab:
        yield lab


@pytest.fixture
def lab(bare: Lab) -> Lab:
    """Return that lab with nothing in the way."""
    for office in (bare.home, bare.support):
        office.configure()
    return bare


@pytest.fixture
def echo(lab: Lab) -> Iterator[None]:
    """The server answers UDP with the address it was asked from, and takes TCP."""
    asked = [lab.server.make(lambda port=port: bound(socket.AF_INET, SERVER, port)) for port in PORTS]
    listening = [lab.server.make(lambda port=port: listener(port)) for port in (443, 8080)]
    over = threading.Event()
    thread = threading.Thread(target=answer, args=(asked, over), name="echo")
    thread.start()
    yield
    over.set()
    thread.join()
    for each in (*asked, *listening):
        each.close()


def bound(family: socket.AddressFamily = socket.AF_INET, address: str = "0.0.0.0", port: int = 0) -> socket.socket:
    """Return a UDP socket."""
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind((address, port))
    made.settimeout(SOON_S)
    return made


def listener(port: int) -> socket.socket:
    """Return a TCP socket that listens and never accepts: the system does."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((SERVER, port))
    made.listen()
    return made


def answer(sockets: list[socket.socket], over: threading.Event) -> None:
    """Answer until told."""
    while not over.is_set():
        for ready in select.select(sockets, [], [], 0.05)[0]:
            _, asker = ready.recvfrom(100)
            ready.sendto(f"{asker[0]} {asker[1]}".encode(), asker)


def seen(asking: socket.socket, port: int, server: str = SERVER) -> tuple[str, int]:
    """Return by which address and port the server sees this socket."""
    asking.sendto(b"?", (server, port))
    address, port_seen = asking.recv(100).decode().split()
    return address, int(port_seen)


def reaches(host: Host, port: int) -> bool:
    """True if a TCP connection to the server comes about."""

    def connect() -> bool:
        with socket.socket() as trying:
            trying.settimeout(NOT_SOON_S)
            try:
                trying.connect((SERVER, port))
            except OSError:
                return False
            return True

    return host.make(connect)


@contextlib.contextmanager
def asking(host: Host, family: socket.AddressFamily = socket.AF_INET) -> Iterator[socket.socket]:
    """A UDP socket of this machine."""
    with host.make(lambda: bound(family, "::" if family == socket.AF_INET6 else "0.0.0.0")) as made:
        yield made


def hears_nothing(asking: socket.socket, port: int = PORTS[0]) -> bool:
    """True if no answer comes."""
    asking.settimeout(NOT_SOON_S)
    try:
        seen(asking, port)
    except OSError:
        return True
    return False


@pytest.mark.usefixtures("echo")
def test_a_cone_keeps_the_port_and_shows_the_same_to_all(lab: Lab) -> None:
    with asking(lab.customer) as one:
        mapped = {seen(one, port) for port in PORTS}
        assert mapped == {(lab.home.address, one.getsockname()[1])}


@pytest.mark.usefixtures("echo")
def test_a_symmetric_nat_shows_another_port_to_each(lab: Lab) -> None:
    lab.home.configure(Nat.SYMMETRIC)
    with asking(lab.customer) as one, asking(lab.customer) as another:
        mapped = [seen(each, port) for each in (one, another) for port in PORTS]
        assert {address for address, _ in mapped} == {lab.home.address}
        assert len({port for _, port in mapped}) > 2


@pytest.mark.usefixtures("echo")
def test_two_cones_find_each_other_once_both_have_asked_and_symmetric_ones_do_not(lab: Lab) -> None:
    assert punched(lab)
    for office in (lab.home, lab.support):
        office.configure(Nat.SYMMETRIC)
    assert not punched(lab)


def punched(lab: Lab) -> bool:
    """True if both sides hear each other at the addresses by which the server has seen them."""
    with asking(lab.customer) as customer, asking(lab.engineer) as engineer:
        places = seen(customer, PORTS[0]), seen(engineer, PORTS[0])
        customer.sendto(b"opens my side and is dropped at the other", places[1])
        engineer.sendto(b"arrives", places[0])
        customer.settimeout(NOT_SOON_S)
        try:
            return customer.recv(100) == b"arrives"
        except TimeoutError:
            return False


@pytest.mark.usefixtures("echo")
def test_nobody_outside_may_begin(lab: Lab) -> None:
    with asking(lab.customer) as customer, asking(lab.engineer) as stranger:
        mapped = seen(customer, PORTS[0])
        stranger.sendto(b"hello", mapped)
        customer.settimeout(NOT_SOON_S)
        with pytest.raises(TimeoutError):
            customer.recv(100)


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize(
    ("firewall", "udp", "any_tcp", "https"),
    [
        (Firewall.OPEN, True, True, True),
        (Firewall.NO_UDP, False, True, True),
        (Firewall.ONLY_443, False, False, True),
        (Firewall.ONLY_PROXY, False, False, False),
    ],
)
def test_a_firewall_lets_out_what_it_says(lab: Lab, firewall: Firewall, udp: bool, any_tcp: bool, https: bool) -> None:
    lab.home.configure(firewall=firewall)
    with asking(lab.customer) as asked:
        assert hears_nothing(asked) is not udp
    assert reaches(lab.customer, 8080) is any_tcp
    assert reaches(lab.customer, 443) is https
    assert reaches(lab.home.proxy, 443)
    knows_names = lab.customer.run("getent", "hosts", SERVER_NAME, check=False) != ""
    assert knows_names is (firewall is not Firewall.ONLY_PROXY)


@pytest.mark.usefixtures("echo")
def test_a_client_with_ipv6_alone_reaches_the_server_and_no_ipv4(lab: Lab) -> None:
    lab.home.configure(only_ipv6=True)
    with asking(lab.customer, socket.AF_INET6) as asked:
        # One port of the router's for both of the server's: as a NAT64 has it.
        assert len({seen(asked, port, SERVER_IPV6) for port in PORTS}) == 1
    with asking(lab.customer) as asked:
        assert hears_nothing(asked)
    assert lab.customer.run("getent", "hosts", SERVER_NAME).split()[0] == SERVER_IPV6


@pytest.mark.usefixtures("echo")
def test_the_delay_is_there_both_ways_and_goes(lab: Lab) -> None:
    lab.home.wire(0.05)
    with asking(lab.customer) as asked:
        assert round_trip_s(lambda: seen(asked, PORTS[0])) >= 0.1
        lab.home.wire(0.0)
        assert min(round_trip_s(lambda: seen(asked, PORTS[0])) for _ in range(20)) < 0.05


def round_trip_s(ask: Callable[[], object]) -> float:
    """Return how long it takes to get an answer."""
    began = time.monotonic()
    ask()
    return time.monotonic() - began


@pytest.mark.usefixtures("echo")
def test_the_loss_is_what_it_says(lab: Lab) -> None:
    lab.home.wire(0.0, loss=0.1)
    sent, came = 1_000, 0
    with asking(lab.customer) as asked:
        for _ in range(sent // 20):
            for _ in range(20):
                asked.sendto(b"?", (SERVER, PORTS[0]))
            while select.select([asked], [], [], 0.05)[0]:
                came += len(asked.recv(100)) > 0
    # Nine tenths arrive, and nine tenths of the answers: 810, with a standard deviation of 12.
    assert 740 < came < 880


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize("how", ["cut", "unplugged"])
def test_a_line_carries_nothing_until_it_is_mended(lab: Lab, how: str) -> None:
    stop, go = {
        "cut": (lab.home.cut, lab.home.mend),
        "unplugged": (lambda: lab.home.unplug(lab.customer), lambda: lab.home.plug(lab.customer)),
    }[how]
    stop()
    with asking(lab.customer) as asked:
        assert hears_nothing(asked)
    go()
    with asking(lab.customer) as asked:
        seen(asked, PORTS[0])


@pytest.mark.usefixtures("echo")
def test_a_client_can_get_another_address(lab: Lab) -> None:
    lab.home.give_address(lab.customer, 52)
    with asking(lab.customer) as asked:
        seen(asked, PORTS[0])
    assert "10.1.0.52/24" in lab.customer.run("ip addr show dev eth0")


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    interfaces = set(os.listdir("/sys/class/net"))
    with Lab(tmp_path) as lab:
        lab.home.wire(0.01)
        own = {os.readlink(f"/proc/{host.namespace}/ns/net") for host in lab.hosts}
        assert len(own) == len(lab.hosts)
        assert own <= namespaces()
    wait_until(lambda: not own & namespaces(), what="the namespaces to go")
    assert set(os.listdir("/sys/class/net")) == interfaces


def namespaces() -> set[str]:
    """Return the network namespaces that any process is in."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found.add(os.readlink(process / "ns" / "net"))
    return found
