"""The lab with the server side in it, and offices put behind what a case says."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from remotedesk.core.reach import ProxyScheme
from remotedesk_signaling.deployment import Ports
from remotedesk_signaling.trial import Engineer, ServerSide
from tests.network.cases import Behind, Case
from tests.network.lab import PROXY_NAME, SERVER, SERVER_NAME, Lab, Office
from tests.network.meeting import Line, Meeting
from tests.network.proxies import PASSWORD, PORT, USER, gateway_authority, open_tls_on_the_way, start_proxy
from tests.support.server import COMPANY, ENGINEER
from tests.support.server import PASSWORD as ENGINEERS_PASSWORD


@dataclass(frozen=True)
class Venue:
    """What all meetings share. `place` is a folder that anybody on this machine may enter, as squid must."""

    lab: Lab
    server: ServerSide
    place: Path

    def reset(self) -> None:
        """Put nothing in the way."""
        for office in (self.lab.home, self.lab.support):
            office.configure()

    @contextmanager
    def meeting(self, case: Case, delay_s: float = 0.0) -> Iterator[Meeting]:
        """Both clients, started where the case has them, not yet paired; the lines to the internet take `delay_s`."""
        lab, records = self.lab, Path(tempfile.mkdtemp(dir=self.place))
        with ExitStack() as opened:
            opened.callback(shutil.rmtree, records)
            if case.dead_stun:
                self._silence_stun(opened)
            sides = [
                self._behind(office, side, opened)
                for office, side in ((lab.home, case.customer), (lab.support, case.engineer))
            ]
            for office in (lab.home, lab.support):
                office.wire(delay_s, case.loss / 2)
            hosts = lab.customer, lab.colleague if case.same_lan else lab.engineer
            yield opened.enter_context(Meeting(hosts, self.server.url, records, *sides))

    def put(self, side: Behind, opened: ExitStack) -> Line:
        """Put the customer's office behind this, and nobody else; return the settings of a client there."""
        return self._behind(self.lab.home, side, opened)

    def pair(self, meeting: Meeting) -> None:
        """Sign the engineer in and let the customer type his number."""
        meeting.pair(ENGINEER, ENGINEERS_PASSWORD)

    def _silence_stun(self, opened: ExitStack) -> None:
        """Let the first of the STUN servers, and TURN over UDP, answer nothing."""
        rule = f"INPUT -p udp --dport {Ports().stun} -j DROP"
        self.lab.server.run(f"iptables -A {rule}")
        opened.callback(self.lab.server.run, f"iptables -D {rule}")

    def _behind(self, office: Office, side: Behind, opened: ExitStack) -> Line:
        """Put an office behind what it is behind; return the settings of its client."""
        office.configure(side.nat, side.firewall, only_ipv6=side.only_ipv6)
        trusted = [self.server.ca_file]
        settings: Line = {"relay_only": side.relay_only}
        if side.proxy is not None:
            if side.proxy.is_seen:
                start_proxy(office, side.proxy, self.place, self.server.ca_file, opened)
                settings["proxy"] = f"{PROXY_NAME}:{PORT}"
            else:
                open_tls_on_the_way(office, self.place, self.server.ca_file, opened)
            if side.proxy.scheme is not ProxyScheme.NONE:
                settings |= {"user": USER, "password": PASSWORD}
            if side.proxy.opens_tls and side.proxy.is_trusted:
                trusted.append(gateway_authority(self.place).file)
        for client in office.clients:
            client.trusts(*trusted)
        return settings


@contextmanager
def opened_venue() -> Iterator[Venue]:
    """Build the lab and start the server side; both are gone at the end."""
    with ExitStack() as opened:
        place = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="lab")))
        place.chmod(0o755)
        (place / "machines").mkdir()
        lab = opened.enter_context(Lab(place / "machines"))
        engineer = Engineer(ENGINEER, COMPANY, ENGINEERS_PASSWORD)
        side = ServerSide(place / "server", engineer, address=SERVER, name=SERVER_NAME, inside=lab.server.inside)
        yield Venue(lab, opened.enter_context(side), place)
