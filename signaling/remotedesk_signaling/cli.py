"""The `remotedesk-signaling` command: accounts, and serving."""

import argparse
import asyncio
import contextlib
import getpass
import io
import logging
import signal
import socket
import sqlite3
import ssl
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import remotedesk
from remotedesk_signaling import certificates
from remotedesk_signaling.accounts import AccountError, Accounts
from remotedesk_signaling.kept import KeptSessions
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.relay import RelayConfig
from remotedesk_signaling.server import ServerConfig, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    _print_escaped()
    options = _parser().parse_args(arguments)
    try:
        accounts = Accounts.open(options.database)
        try:
            status: int = options.run(options, accounts)
        finally:
            accounts.close()
    except (AccountError, OSError, sqlite3.Error, ssl.SSLError, ValueError) as error:
        print(f"remotedesk-signaling: {error}", file=sys.stderr)
        return 1
    return status


def _print_escaped() -> None:
    """Have what a pipe's code page lacks shown as escapes: a Japanese Windows has no é in its own."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="remotedesk-signaling", description="The signaling server of remotedesk.")
    parser.add_argument("--version", action="version", version=remotedesk.__version__)
    database = argparse.ArgumentParser(add_help=False)
    database.add_argument("--database", type=Path, default=Path("engineers.sqlite"), help="default: %(default)s")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add = commands.add_parser("add-engineer", parents=[database], help="add an account; asks for the password")
    add.add_argument("name", help="as customers will see it")
    add.add_argument("--company", required=True, help="as customers will see it")
    add.set_defaults(run=_add)
    remove = commands.add_parser("remove-engineer", parents=[database], help="remove an account")
    remove.add_argument("name")
    remove.set_defaults(run=_remove)
    password = commands.add_parser("set-password", parents=[database], help="change an account's password")
    password.add_argument("name")
    password.set_defaults(run=_set_password)
    listing = commands.add_parser("list-engineers", parents=[database], help="list the accounts")
    listing.set_defaults(run=_list)
    _add_serve(commands.add_parser("serve", parents=[database], help="run the server"))
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: %(default)s")
    parser.add_argument("--port", type=int, default=8443, help="0 takes a free one; default: %(default)s")
    parser.add_argument("--cert", type=Path, help="certificate chain, PEM; without TLS, a proxy must terminate it")
    parser.add_argument("--key", type=Path, help="private key, PEM")
    parser.add_argument("--tls-self-signed", type=Path, metavar="DIR", help="make and keep a certificate in DIR")
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="the certificate that clients are shown, if TLS ends in front"
    )
    parser.add_argument("--trusted-proxy", action="append", default=[], metavar="NETWORK", help="believe its headers")
    parser.add_argument("--limit", action="append", default=[], metavar="NAME=VALUE", help="change one of the limits")
    relay = parser.add_argument_group("STUN and TURN beside this server", "HOST:PORT as clients dial them")
    relay.add_argument("--stun", action="append", default=[], metavar="HOST:PORT", help="two ports tell NATs apart")
    relay.add_argument("--turn-udp", action="append", default=[], metavar="HOST:PORT", help="TURN over UDP")
    relay.add_argument("--turn-tls", action="append", default=[], metavar="HOST:PORT", help="TURN over TLS")
    relay.add_argument("--bridge-to", metavar="HOST:PORT", help="TURN's tcp-proxy-port, for TURN inside a WebSocket")
    relay.add_argument("--turn-secret-file", type=Path, metavar="FILE", help="coturn's static-auth-secret, in a file")
    parser.set_defaults(run=_serve)


def _read_password() -> str:
    """Ask twice at a terminal; otherwise take the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise AccountError("the two passwords differ")
    return first


def _add(options: argparse.Namespace, accounts: Accounts) -> int:
    added = accounts.add(options.name, options.company, _read_password())
    print(f"added {added.name} ({added.company})")
    return 0


def _remove(options: argparse.Namespace, accounts: Accounts) -> int:
    accounts.remove(options.name)
    return 0


def _set_password(options: argparse.Namespace, accounts: Accounts) -> int:
    accounts.set_password(options.name, _read_password())
    return 0


def _list(options: argparse.Namespace, accounts: Accounts) -> int:
    for account in accounts.all():
        print(f"{account.name}\t{account.company}")
    return 0


def _serve(options: argparse.Namespace, accounts: Accounts) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    limits = Limits().with_values(dict(_pair(text) for text in options.limit))
    tls = _tls(options)
    _raise_file_limit()
    kept = KeptSessions.open(options.database)
    try:
        proxies = tuple(options.trusted_proxy)
        config = ServerConfig(
            accounts, options.host, options.port, tls, limits, proxies, _relay(options), kept, _certificate(options)
        )
        asyncio.run(_serve_until_told(config))
    finally:
        kept.close()
    return 0


def _relay(options: argparse.Namespace) -> RelayConfig | None:
    """The secret comes from a file: what is on a command line, everybody on the machine can read."""
    if options.turn_secret_file is None:
        if options.stun or options.turn_udp or options.turn_tls or options.bridge_to:
            raise ValueError("STUN and TURN need --turn-secret-file")
        return None
    return RelayConfig(
        options.turn_secret_file.read_bytes().strip(),
        tuple(options.stun),
        tuple(options.turn_udp),
        tuple(options.turn_tls),
        _host_and_port(options.bridge_to) if options.bridge_to else None,
    )


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("--bridge-to takes HOST:PORT")
    return host.strip("[]"), int(port)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError("--limit takes NAME=VALUE")
    return name, value


def _tls(options: argparse.Namespace) -> ssl.SSLContext | None:
    if options.tls_self_signed is not None:
        names = list(dict.fromkeys([options.host, socket.gethostname(), "localhost", "127.0.0.1"]))
        context, fingerprint = certificates.self_signed_context(options.tls_self_signed, names)
        print(f"certificate SHA-256 {fingerprint}", flush=True)
        return context
    if (options.cert is None) != (options.key is None):
        raise ValueError("--cert and --key go together")
    return None if options.cert is None else certificates.server_context(options.cert, options.key)


def _certificate(options: argparse.Namespace) -> Path | None:
    """Return the file that the certificate is in, for the clients and the page for the IT officer."""
    file: Path | None = options.certificate or options.cert
    if options.tls_self_signed is not None:
        file = options.tls_self_signed / certificates.CERTIFICATE_FILE
    return file


def _raise_file_limit() -> None:
    """Every socket is an open file; take as many as the system lets this process have."""
    with contextlib.suppress(ImportError):  # Windows knows no such limit
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve_until_told(config: ServerConfig) -> None:
    told = asyncio.Event()
    with _telling(told):
        await _serve_until(told, config)


@contextlib.contextmanager
def _telling(told: asyncio.Event) -> Iterator[None]:
    """Have SIGTERM and SIGINT set `told`; not by the loop's own means, which Windows' loops do not have."""
    loop = asyncio.get_running_loop()
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(told.set))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _serve_until(told: asyncio.Event, config: ServerConfig) -> None:
    async with await serve(config) as server:
        scheme = "https" if config.tls else "http"
        host = f"[{config.host}]" if ":" in config.host else config.host
        print(f"listening on {scheme}://{host}:{server.port}/", flush=True)
        await told.wait()
