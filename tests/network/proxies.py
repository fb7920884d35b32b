"""HTTP proxies on the proxy's machine of an office: Squid, or a gateway that opens TLS or drops what is idle."""

import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from remotedesk.core.reach import ProxyScheme
from tests.network.cases import Proxy
from tests.network.host import Host, end
from tests.network.lab import PROXY_NAME, Office
from tests.support.web_gateway import Authority
from tests.support.xserver import wait_until

PORT: Final = 3128
USER: Final = "taro"
PASSWORD: Final = "himitsu: no"
_GATEWAY: Final = (sys.executable, "-m", "tests.support.web_gateway")
_HELPERS: Final = "/usr/lib/squid"
_SIGN_IN: Final = {
    ProxyScheme.NONE: "",
    ProxyScheme.BASIC: f"auth_param basic program {_HELPERS}/basic_ncsa_auth @FOLDER@/passwords\n",
    ProxyScheme.NTLM: f"auth_param ntlm program {_HELPERS}/ntlm_fake_auth\nauth_param ntlm children 5\n",
}
_SQUID: Final = f"""\
acl tls port 443
http_access deny !tls
@WHO@
http_access deny all
http_port @ADDRESS@:{PORT}
pid_filename none
cache deny all
cache_log @FOLDER@/cache.log
access_log stdio:@FOLDER@/access.log
coredump_dir @FOLDER@
visible_hostname {PROXY_NAME}
shutdown_lifetime 0 seconds
netdb_filename none
"""


def start_proxy(office: Office, kind: Proxy, folder: Path, server_authority: Path, opened: ExitStack) -> None:
    """Start the office's proxy, listening at `PORT`; `opened` ends it. `folder` must be one that anybody may enter."""
    is_gateway = kind.opens_tls or kind.idle_s
    command = _gateway(office, kind, folder, server_authority) if is_gateway else _squid(office, kind.scheme, folder)
    process = office.proxy.start(command, office.proxy.log("proxy"))
    opened.callback(end, process)
    wait_until(lambda: _listens(office.proxy, office.proxy_address, process), what="the proxy")


def open_tls_on_the_way(office: Office, folder: Path, server_authority: Path, opened: ExitStack) -> None:
    """Let the office's firewall open TLS to port 443, which nobody inside is told."""
    gateway_authority(folder)
    command = [*_GATEWAY, "--authority", str(folder / "gateway"), "--trusting", str(server_authority), "--on-the-way"]
    process = office.router.start([*command, "0.0.0.0", str(PORT)], office.router.log("gateway"))
    opened.callback(end, process)
    wait_until(lambda: _listens(office.router, "127.0.0.1", process), what="the gateway")
    rule = f"PREROUTING -i lan -p tcp --dport 443 -j REDIRECT --to-ports {PORT}"
    office.router.run(f"iptables -t nat -A {rule}")
    opened.callback(office.router.run, f"iptables -t nat -D {rule}")


def gateway_authority(folder: Path) -> Authority:
    """Return the authority of every gateway that keeps its files below `folder`."""
    return Authority(folder / "gateway")


def _gateway(office: Office, kind: Proxy, folder: Path, server_authority: Path) -> list[str]:
    command = [*_GATEWAY, office.proxy_address, str(PORT)]
    if kind.opens_tls:
        gateway_authority(folder)
        command += ["--authority", str(folder / "gateway"), "--trusting", str(server_authority)]
    return command + (["--idle-s", str(kind.idle_s)] if kind.idle_s else [])


def _squid(office: Office, scheme: ProxyScheme, folder: Path) -> list[str]:
    own = folder / f"squid-{office.proxy.name}"
    own.mkdir(exist_ok=True)
    own.chmod(0o777)  # started as root, Squid works as another user
    if scheme is ProxyScheme.BASIC:
        command = ["htpasswd", "-bc", str(own / "passwords"), USER, PASSWORD]
        subprocess.run(command, check=True, capture_output=True, timeout=20)
        (own / "passwords").chmod(0o644)
    signed_in = (
        "http_access allow all"
        if scheme is ProxyScheme.NONE
        else "acl known proxy_auth REQUIRED\nhttp_access allow known"
    )
    text = _SIGN_IN[scheme] + _SQUID.replace("@WHO@", signed_in)
    text = text.replace("@FOLDER@", str(own)).replace("@ADDRESS@", office.proxy_address)
    (own / "squid.conf").write_text(text)
    return ["squid", "-N", "-f", str(own / "squid.conf")]


def _listens(host: Host, address: str, process: subprocess.Popen[Any]) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"the proxy of {host.name} ended with {process.returncode}")

    def connects() -> bool:
        with socket.socket() as trying:
            return trying.connect_ex((address, PORT)) == 0

    return host.make(connects)
