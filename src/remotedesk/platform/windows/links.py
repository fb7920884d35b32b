"""Has Windows start the client with each `remotedesk:` link that this user follows; other users have their own."""

import subprocess
import winreg
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

_SCHEME: Final = "Software\\Classes\\remotedesk"
_COMMAND: Final = f"{_SCHEME}\\shell\\open\\command"
_KEYS: Final = (_COMMAND, f"{_SCHEME}\\shell\\open", f"{_SCHEME}\\shell", _SCHEME)  # a key goes after those below it


def handle_links(command: Sequence[str] | None) -> None:
    """Register `command`, which gets the link as its last argument behind `--`; None: register nothing any more."""
    if command is None:
        for key in _KEYS:
            with suppress(FileNotFoundError):
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)
        return
    # A link is put between the quotes as it is. One that has quotes in it makes more arguments, not options: after
    # `--` there are none.
    line = f'{subprocess.list2cmdline(command)} -- "%1"'
    for key, name, value in ((_SCHEME, "", "URL:remotedesk"), (_SCHEME, "URL Protocol", ""), (_COMMAND, "", line)):
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
            winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)
