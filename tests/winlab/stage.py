"""Two people, of whom the customer has a Windows PC: his client runs under Wine, everything else as in `Stage`."""

import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.support.person import Person
from tests.support.stage import Stage
from tests.support.xserver import XServer
from tests.winlab.lab import windows_path
from tests.winlab.reader import Client, Clients
from tests.winlab.wine_python import WinePython

# X11's window manager and Wine disagree at times about the place of a popup that has been activated.
UNMANAGED: Final = r"""
import winreg
with winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\Wine\X11 Driver") as key:
    winreg.SetValueEx(key, "Managed", 0, winreg.REG_SZ, "N")
"""


class WindowsStage(Stage):
    """The customer's display is that of a Windows; the lab has been built."""

    windows: WinePython
    clients: Clients
    client = "tests.windows.read_client"

    def _seat_customer(self, opening: ExitStack, home: Path) -> Person:
        self.clients = Clients()
        screen = opening.enter_context(XServer(self.display.width, self.display.height, window_manager=False))
        opening.callback(self.clients.close)
        self.windows = opening.enter_context(WinePython(display=screen.display))
        self.windows.run("-I", "-c", UNMANAGED)
        return Person(screen, self.clients)

    def start_customer(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the customer's client."""
        home = self._folder / "customer"
        home.mkdir(parents=True, exist_ok=True)
        authority = windows_path(self.server.certificates.authority)
        reaching = ["--server", self.server.url, "--ca-file", authority]
        own = ["--language", self._language, "--record-dir", windows_path(home / "records")]
        process = self.windows.start("-m", self.client, *arguments, *reaching, *own)
        self.clients.add(Client(process, self._folder / "customer.log"))
        return process
