"""A real HTTP proxy as companies have it: Squid, open, or asking for Basic or NTLM."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from remotedesk.core.reach import Proxy, ProxyScheme, ProxySource
from tests.support.xserver import wait_until

USER: Final = "taro"
PASSWORD: Final = "himitsu: no"

_HELPERS: Final = "/usr/lib/squid"


class Squid:
    """Runs on 127.0.0.1 until closed; connects to every port, `refused` hosts but not."""

    def __init__(self, scheme: ProxyScheme = ProxyScheme.NONE, refused: str = "refused.invalid") -> None:
        # Started as root, Squid works as another user, who must be able to read this.
        self._folder = Path(tempfile.mkdtemp(prefix="remotedesk-squid-"))
        self._folder.chmod(0o755)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = int(taken.getsockname()[1])
        self.proxy: Final = Proxy("127.0.0.1", self.port, ProxySource.MANUAL)
        self._log = self._folder / "log"
        self._log.mkdir()
        self._log.chmod(0o777)
        configuration = self._folder / "squid.conf"
        configuration.write_text(self._configuration(scheme, refused))
        self._process = subprocess.Popen(
            ["/usr/sbin/squid", "-N", "-n", f"rd{os.getpid()}x{self.port}", "-f", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(self._listens, what="Squid")
        except BaseException:
            self.close()
            raise

    def _configuration(self, scheme: ProxyScheme, refused: str) -> str:
        lines = [f"acl refused dstdomain {refused}", "http_access deny refused"]
        if scheme is ProxyScheme.BASIC:
            passwords = self._folder / "passwords"
            subprocess.run(["htpasswd", "-bc", str(passwords), USER, PASSWORD], check=True, capture_output=True)
            passwords.chmod(0o644)
            lines.append(f"auth_param basic program {_HELPERS}/basic_ncsa_auth {passwords}")
            lines.append("auth_param basic realm corp")
        if scheme is ProxyScheme.NTLM:
            lines.append(f"auth_param ntlm program {_HELPERS}/ntlm_fake_auth")
            lines.append("auth_param ntlm children 5")
        if scheme is not ProxyScheme.NONE:
            lines += ["acl authed proxy_auth REQUIRED", "http_access deny !authed"]
        return "\n".join(
            [
                *lines,
                "http_access allow all",
                f"http_port 127.0.0.1:{self.port}",
                f"pid_filename {self._log}/pid",
                "cache deny all",
                f"cache_log {self._log}/cache.log",
                f"access_log stdio:{self._log}/access.log",
                f"coredump_dir {self._log}",
                "visible_hostname proxy.corp",
                "shutdown_lifetime 0 seconds",
                "netdb_filename none",
                "",
            ]
        )

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connected(self) -> int:
        """Return how many tunnels it has opened and closed again."""
        log = self._log / "access.log"
        return log.read_text().count("TCP_TUNNEL/200") if log.exists() else 0

    def close(self) -> None:
        """Stop it and take its folder away."""
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
