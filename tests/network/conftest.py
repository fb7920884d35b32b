"""The lab that the tests of networks share, and what they cannot do without."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

PROGRAMS = (
    "conntrack", "ethtool", "haproxy", "htpasswd", "ip", "ip6tables", "iptables", "nsenter", "openssl", "squid",
    "turnserver", "unshare",
)  # fmt: skip


def missing() -> str:
    """Return why there can be no lab on this machine, or nothing."""
    if sys.platform != "linux":
        return "network namespaces are Linux'"
    if os.geteuid() != 0:
        return "needs root, for network namespaces and firewalls"
    if absent := [program for program in PROGRAMS if shutil.which(program) is None]:
        return f"not installed: {', '.join(absent)} (packaging/debian-packages.txt)"
    trial = ["unshare", "--net", "--mount", "iptables", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE"]
    ran = subprocess.run(trial, capture_output=True, text=True, timeout=20)
    return f"no namespaces or no NAT here: {ran.stderr.strip()}" if ran.returncode else ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here `network`, and skip it where it cannot run."""
    own = [item for item in items if item.path.parent == Path(__file__).parent]
    reason = missing() if own else ""
    for item in own:
        item.add_marker("network")
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Return what ends what a test has started."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """Return a folder that squid, which is nobody here, may enter; pytest's own it may not."""
    with tempfile.TemporaryDirectory(prefix="lab") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


if missing() == "":
    from remotedesk_signaling.trial import Engineer, ServerSide

    from tests.network.lab import SERVER, SERVER_NAME, Lab
    from tests.support.server import COMPANY, ENGINEER, PASSWORD

    @pytest.fixture(scope="session")
    def built(place: Path) -> Iterator[Lab]:
        """Return the lab, as the test before has left it."""
        (place / "machines").mkdir()
        with Lab(place / "machines") as lab:
            yield lab

    @pytest.fixture(scope="session")
    def server(built: Lab, place: Path) -> Iterator[ServerSide]:
        """Return the whole server side, on its machine in the lab."""
        engineer = Engineer(ENGINEER, COMPANY, PASSWORD)
        inside = built.server.inside
        with ServerSide(place / "server", engineer, address=SERVER, name=SERVER_NAME, inside=inside) as side:
            yield side

    @pytest.fixture
    def lab(built: Lab) -> Lab:
        """Return the lab with nothing in the way."""
        for office in (built.home, built.support):
            office.configure()
        return built
