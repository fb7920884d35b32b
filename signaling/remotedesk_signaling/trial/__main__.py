"""`make serve`: the server side on this machine until Ctrl+C, and what to type to try it out."""

import argparse
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from remotedesk_signaling.deployment import TEMPLATES, Ports
from remotedesk_signaling.trial.server_side import Engineer, ServerSide, TrialError

# Where no root is, ports under 1024 are not for us.
_UNPRIVILEGED: Final = Ports(https=8443, http=8080, signaling=8081)
_CHECK_S: Final = 1.0
# Should this process be killed, its children end too.
_DIE_WITH_PARENT: Final = ("setpriv", "--pdeathsig", "TERM")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to end; returns the exit status."""
    options = _parser().parse_args(arguments)
    root = os.geteuid() == 0
    base = Ports() if root else _UNPRIVILEGED
    ports = Ports(
        options.https_port or base.https,
        options.http_port or base.http,
        options.stun_ports[0],
        options.stun_ports[1],
        options.signaling_port or base.signaling,
        options.turn_port,
    )
    engineer = Engineer(options.engineer, options.company, options.password or secrets.token_urlsafe(9))
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    try:
        side = ServerSide(
            options.folder,
            engineer,
            address=options.address or _own_address(),
            name=options.name,
            ports=ports,
            templates=options.templates,
            inside=_DIE_WITH_PARENT,
        )
        with side:
            _say(side, engineer)
            return _wait(side, told)
    except (TrialError, OSError, ValueError) as error:
        print(f"serve: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make serve", description="The whole server side, for trying out.")
    parser.add_argument("--name", default="", help="host name that clients dial; default: the address")
    parser.add_argument("--address", default="", help="IPv4 address to listen on; default: this machine's")
    parser.add_argument("--folder", type=Path, default=Path("build/serve"), help="default: %(default)s")
    parser.add_argument("--templates", type=Path, default=TEMPLATES, help="default: %(default)s")
    parser.add_argument("--https-port", type=int, help="default: 443 for root, else 8443")
    parser.add_argument("--http-port", type=int, help="default: 80 for root, else 8080")
    parser.add_argument("--stun-ports", type=int, nargs=2, default=(3478, 3480), metavar="PORT", help="UDP")
    parser.add_argument("--signaling-port", type=int, help="on 127.0.0.1; default: 8080 for root, else 8081")
    parser.add_argument("--turn-port", type=int, default=Ports().turn, help="on 127.0.0.1; default: %(default)s")
    parser.add_argument("--engineer", default="Hanako Sato", help="the account; default: %(default)s")
    parser.add_argument("--company", default="Sample Support K.K.", help="default: %(default)s")
    parser.add_argument("--password", default="", help="default: a new one each time")
    return parser


def _say(side: ServerSide, engineer: Engineer) -> None:
    reaching = f"--server {side.deployment.authority} --ca-file {side.ca_file}"
    print(
        f"""
The server side runs at {side.url}
  CA file    {side.ca_file}
  engineer   {engineer.name}, password {engineer.password}
  STUN/TURN  UDP ports {side.ports.stun} and {side.ports.stun_2}, TLS port {side.ports.https}
  logs       {side.ca_file.parent}

Start the engineer's client    remotedesk engineer {reaching}
and the customer's             remotedesk {reaching}
(on another machine with a copy of the CA file). Ctrl+C ends everything.
""",
        flush=True,
    )


def _wait(side: ServerSide, told: threading.Event) -> int:
    while not told.wait(_CHECK_S):
        gone = [name for name, child in side.children.items() if not child.running]
        if gone:
            print(f"serve: {', '.join(gone)} ended; see the logs", file=sys.stderr)
            return 1
    return 0


def _own_address() -> str:
    """Return the address this machine would send from. Connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


if __name__ == "__main__":
    sys.exit(main())
