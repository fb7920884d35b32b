"""The `remotedesk` command: the customer's window, the engineer's console, the doctor, and the checker of records."""

import argparse
import functools
import getpass
import io
import logging
import socket
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from remotedesk import __version__
from remotedesk.core.audit import LONGEST_FACT, verify
from remotedesk.core.display_text import one_line
from remotedesk.core.errors import ErrorCode, RecordError, RemotedeskError, ServerError
from remotedesk.core.proxy_settings import ProxyLogin, WayOut, parse_proxy
from remotedesk.core.reach import ProxySource
from remotedesk.engine.options import EngineOptions

if TYPE_CHECKING:
    from remotedesk.lan_server import LanServer

APP = "remotedesk"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0 well, 1 refused or failed, 2 called wrongly."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["--internal-guardian"]:
        from remotedesk.platform.x11 import guardian

        guardian.main(given[1:])
        return 0
    if given[:1] == ["--internal-hand"]:
        from remotedesk.platform.x11 import hand

        hand.main(given[1:])
        return 0
    if given[:1] == ["--internal-video-probe"]:
        from remotedesk.transport.video import probe

        probe.main(given[1:])
        return 0
    if given[:1] == ["--internal-proxy-script"]:
        from remotedesk.transport.reach import pac_process

        pac_process.main()
        return 0
    if given[:1] == ["--internal-doctor-field"]:
        from remotedesk.ui.doctor import field

        field.main(given[1:])
        return 0
    _print_escaped()
    options = _parser().parse_args(_with_role(given))
    level = logging.DEBUG if options.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for library in ("aioice", "aiortc", "spnego"):
        # At DEBUG they write descriptions and addresses, and what proves to a proxy who asks.
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        return int(options.run(options))
    except RemotedeskError as error:
        print(f"{APP}: {error}", file=sys.stderr)
        return 1


def _print_escaped() -> None:
    """Have what a pipe's code page lacks shown as escapes: a Japanese Windows has no é in its own."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a program without a console has none
        sys.stdout.reconfigure(errors="backslashreplace")


def _with_role(arguments: list[str]) -> list[str]:
    """Put the customer's role in front when no command is named: he starts plain `remotedesk`."""
    commands = ("engineer", "verify-log", "customer", "doctor", "links")
    plain = not any(argument in commands for argument in arguments[:1])
    asks_help = arguments[:1] in (["-h"], ["--help"], ["--version"])
    return ["customer", *arguments] if plain and not asks_help else arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=APP, description="Remote support that nobody in between can listen to.")
    parser.add_argument("--version", action="version", version=f"{APP} {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    customer = commands.add_parser("customer", help="get help (this is what plain `remotedesk` does)")
    _add_client_options(customer)
    customer.add_argument("number", nargs="?", default="", help="session number, or a remotedesk: link")
    customer.set_defaults(run=_customer)

    engineer = commands.add_parser("engineer", help="give help: the engineer's console")
    _add_client_options(engineer)
    engineer.add_argument(
        "--serve",
        nargs="?",
        const="",
        metavar="HOST:PORT",
        help="run the signaling server inside this client, for a LAN, at the address customers will use",
    )
    engineer.add_argument("--name", help="with --serve: your name, as customers see it; default: your user name")
    engineer.add_argument("--company", help="with --serve: your company; default: this machine's name")
    engineer.set_defaults(run=_engineer)

    _add_doctor(commands.add_parser("doctor", help="try out on this machine what a session needs"))
    links = commands.add_parser("links", help="have the page's links start this client, for you alone")
    links.add_argument("switch", choices=("on", "off"))
    links.add_argument("-v", "--verbose", action="store_true", help=argparse.SUPPRESS)
    links.set_defaults(run=_links)

    check = commands.add_parser("verify-log", help="check that a session's record is complete and unchanged")
    check.add_argument("file", type=Path)
    check.add_argument("-v", "--verbose", action="store_true", help=argparse.SUPPRESS)
    check.set_defaults(run=_verify_log)
    return parser


def _add_doctor(doctor: argparse.ArgumentParser) -> None:
    _add_client_options(doctor)
    doctor.add_argument("--self-test", action="store_true", help="click and type, too, into a window of its own")
    doctor.add_argument("--network", action="store_true", help="try out the way to the server, and nothing else")
    doctor.add_argument("--json", type=Path, metavar="FILE", help="write what the network is like, for programs")
    doctor.add_argument("--html", type=Path, metavar="FILE", help="the same as a page for the IT department")
    doctor.set_defaults(run=_doctor)


def _add_client_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", metavar="ADDRESS", help="the signaling server: a name, name:port or URL")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="certificate authorities to trust instead")
    parser.add_argument("--pin", metavar="SHA256", help="the server's one certificate, by its fingerprint")
    parser.add_argument("--proxy", metavar="HOST:PORT", help="the HTTP proxy to go through, if it works")
    parser.add_argument("--proxy-user", metavar="NAME", help="who asks that proxy; the password is asked for")
    parser.add_argument("--pac", metavar="URL", help="a script that tells which proxies there are")
    parser.add_argument("--language", choices=("ja", "en"), help="instead of the system's language")
    parser.add_argument("--record-dir", type=Path, metavar="DIR", help="where session records are kept")
    parser.add_argument("-v", "--verbose", action="store_true", help="log what happens, without content")


def _customer(options: argparse.Namespace) -> int:
    from remotedesk.engine.customer import CustomerEngine
    from remotedesk.engine.doctor import NetworkCheck
    from remotedesk.engine.guesses import Guesses
    from remotedesk.platform.select import current_platform
    from remotedesk.ui.customer.app import run
    from remotedesk.ui.shared.options import UiOptions

    platform = current_platform()
    try:
        platform.require_supported()
        engine_options = _engine_options(options)
    except RemotedeskError as error:
        return _refused(error, options)
    number = options.number.removeprefix("remotedesk:").strip("/")
    ui = UiOptions(
        language=options.language,
        number=number,
        server_name=engine_options.address.host,
        make_check=lambda tell: NetworkCheck(platform, engine_options, tell),
    )
    guesses = Guesses()
    return run(
        lambda listener: CustomerEngine(engine_options, platform, listener, guesses),
        ui,
        platform.claim_customer,
        platform.input_judge(),
    )


def _engineer(options: argparse.Namespace) -> int:
    if options.serve is None:
        try:
            engine_options = _engine_options(options)
        except RemotedeskError as error:
            return _refused(error, options)
        return _console(options, engine_options)
    from remotedesk.lan_server import LanServer, own_address
    from remotedesk.transport.server_address import ServerAddress, Trust, pin_of

    address = ServerAddress.parse(options.serve or own_address())
    company = options.company or socket.gethostname()
    with LanServer(address, options.name or getpass.getuser(), company) as server:
        trust = Trust(pin=pin_of(server.fingerprint))
        return _console(options, EngineOptions(address, trust, _records(options)), server)


def _console(options: argparse.Namespace, engine_options: EngineOptions, server: "LanServer | None" = None) -> int:
    from remotedesk.engine.doctor import NetworkCheck
    from remotedesk.engine.engineer import EngineerEngine
    from remotedesk.platform.select import current_platform
    from remotedesk.ui.engineer.app import run
    from remotedesk.ui.shared.options import ServeInfo, UiOptions

    platform = current_platform()
    address = engine_options.address
    ui = UiOptions(
        language=options.language,
        server_name=address.host,
        make_check=lambda tell: NetworkCheck(platform, engine_options, tell),
        serve_info=ServeInfo(f"{address.host}:{address.port}", server.fingerprint) if server else None,
        auto_sign_in=(server.engineer.name, server.engineer.password) if server else None,
    )
    return run(lambda listener: EngineerEngine(engine_options, platform, listener), ui, platform.code_for_native_key)


def _doctor(options: argparse.Namespace) -> int:
    from remotedesk.platform.select import current_platform
    from remotedesk.ui.doctor.app import Wanted, run

    def say(line: str) -> None:
        print(line, flush=True)

    return run(
        current_platform(),
        functools.cache(lambda: _engine_options(options)),  # a password is asked for once
        Wanted(options.self_test, options.network, options.json, options.html),
        language=options.language,
        say=say if sys.stdout else None,
    )


def _links(options: argparse.Namespace) -> int:
    from remotedesk.platform.select import current_platform

    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "remotedesk"]
    current_platform().handle_links([*program, "customer"] if options.switch == "on" else None)
    return 0


def _refused(error: RemotedeskError, options: argparse.Namespace) -> int:
    """Say why the program cannot start, on the console and in a window."""
    from remotedesk.ui.shared.refusal import show_refusal

    print(f"{APP}: {error}", file=sys.stderr)
    show_refusal(error.code, options.language)
    return 1


def _engine_options(options: argparse.Namespace) -> EngineOptions:
    from remotedesk.transport.server_address import ServerAddress, Trust, pin_of

    settings = _settings()
    configured = {name: value for name, value in settings.items() if isinstance(value, str)}
    server = options.server or configured.get("server", "")
    if not server:
        raise ServerError(ErrorCode.SERVER_NOT_NAMED)
    ca_file = options.ca_file or (Path(configured["ca_file"]) if "ca_file" in configured else None)
    pin = options.pin or configured.get("pin", "")
    return EngineOptions(
        ServerAddress.parse(server),
        Trust(ca_file=ca_file, pin=pin_of(pin) if pin else None),
        _records(options),
        way_out=_way_out(options, configured),
        relay_hosts=_relay_hosts(settings.get("relay_hosts", [])),
        relay_only=settings.get("relay_only", False) is not False,  # a policy that is misspelt holds
    )


def _relay_hosts(named: object) -> frozenset[str]:
    return frozenset(str(host).lower() for host in named) if isinstance(named, list) else frozenset()


def _way_out(options: argparse.Namespace, configured: dict[str, str]) -> WayOut:
    named = options.proxy or configured.get("proxy", "")
    user = options.proxy_user or configured.get("proxy_user", "")
    try:
        proxy = parse_proxy(named, ProxySource.MANUAL) if named else None
        if "@" in named or (user and proxy is None):
            raise ValueError("a password that everybody sees, or a name for no proxy")
    except ValueError:
        raise ServerError(ErrorCode.PROXY_UNREACHABLE, "not HOST:PORT") from None
    login = ProxyLogin(proxy.host, proxy.port, user, _proxy_password(options, configured)) if proxy and user else None
    return WayOut(proxy, options.pac or configured.get("pac", ""), login)


def _proxy_password(options: argparse.Namespace, configured: dict[str, str]) -> str:
    """Return it from the file that client.toml names, or from whoever started the program."""
    if "proxy_password_file" in configured and not options.proxy_user:
        try:
            return Path(configured["proxy_password_file"]).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise ServerError(ErrorCode.PROXY_WANTS_PASSWORD, "password file") from None
    if sys.stdin is None:  # a program without a console
        raise ServerError(ErrorCode.PROXY_WANTS_PASSWORD)
    if sys.stdin.isatty():
        return getpass.getpass("Password for the proxy: ")
    return sys.stdin.readline().rstrip("\r\n")


def _records(options: argparse.Namespace) -> Path:
    return options.record_dir or platformdirs.user_documents_path() / APP


def _settings() -> dict[str, object]:
    """Return client.toml: the one beside the program if it is packaged, else the user's own."""
    folders = [Path(sys.executable).parent] if getattr(sys, "frozen", False) else []
    for folder in (*folders, platformdirs.user_config_path(APP)):
        file = folder / "client.toml"
        if file.is_file():
            return tomllib.loads(file.read_text(encoding="utf-8"))
    return {}


def _verify_log(options: argparse.Namespace) -> int:
    try:
        with options.file.open(encoding="utf-8", newline="\n") as lines:
            entries = verify(lines)
    except OSError as error:
        print(f"{APP}: {options.file}: {error}", file=sys.stderr)
        return 1
    except RecordError as error:
        print(f"{options.file}: NOT intact: {error}", file=sys.stderr)
        return 1
    print(f"{options.file}: intact, {len(entries)} entries")
    for entry in entries:
        # A record from elsewhere can be sound and still hold what a terminal obeys.
        at, *facts = (one_line(text, 2 * LONGEST_FACT) for text in (entry.at, *(f"{k}={v}" for k, v in entry.facts)))
        print(f"  {at}  {entry.act:16}  " + "  ".join(facts))
    return 0
