"""A link starts what was registered, with nothing but itself as an argument, until that is taken back."""

import ctypes
import json
import sys
import winreg
from collections.abc import Iterator
from pathlib import Path

import pytest

from remotedesk.cli import main
from remotedesk.platform.windows.platform import WindowsPlatform
from tests.windows.program import until

PLACE = "Software\\Classes\\remotedesk"
ECHO = "import json, sys, pathlib; pathlib.Path(sys.argv[1]).write_text(json.dumps(sys.argv[2:]))"
SEE_NO_MORE = 32  # ShellExecute says so with anything up to this


@pytest.fixture
def registered(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "with a space.json"
    platform = WindowsPlatform()
    platform.handle_links([sys.executable, "-c", ECHO, str(file), "customer"])
    copied = (PLACE, f"{PLACE}\\shell\\open\\command")
    for key in copied:  # Windows joins the user's part with the machine's; Wine looks at the latter alone
        value = winreg.QueryValue(winreg.HKEY_CURRENT_USER, key)
        with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            winreg.SetValueEx(opened, "", 0, winreg.REG_SZ, value)
            winreg.SetValueEx(opened, "URL Protocol", 0, winreg.REG_SZ, "")
    yield file
    platform.handle_links(None)
    for key in (copied[1], f"{PLACE}\\shell\\open", f"{PLACE}\\shell", PLACE):
        winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, key)


def follow(link: str) -> int:
    return int(ctypes.windll.shell32.ShellExecuteW(None, "open", link, None, None, 0))


@pytest.mark.parametrize(
    ("link", "arguments"),
    [
        ("remotedesk:123456789018", ["customer", "--", "remotedesk:123456789018"]),
        ('remotedesk:1" --server "evil', ["customer", "--", "remotedesk:1", "--server", "evil"]),
    ],
)
def test_a_link_is_handed_over_behind_the_end_of_options(registered: Path, link: str, arguments: list[str]) -> None:
    assert follow(link) > SEE_NO_MORE
    until(lambda: registered.exists() and registered.read_text().endswith("]"))
    assert json.loads(registered.read_text()) == arguments


def test_it_is_taken_back_as_a_whole_and_twice() -> None:
    platform = WindowsPlatform()
    platform.handle_links([sys.executable])
    platform.handle_links(None)
    platform.handle_links(None)
    with pytest.raises(FileNotFoundError):
        winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Software\\Classes\\remotedesk")


def test_the_command_registers_itself_and_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    place = "Software\\Classes\\remotedesk\\shell\\open\\command"
    assert main(["links", "on"]) == 0
    registered = winreg.QueryValue(winreg.HKEY_CURRENT_USER, place)
    assert registered == f'{sys.executable} -m remotedesk customer -- "%1"'
    assert main(["links", "off"]) == 0
    with pytest.raises(FileNotFoundError):
        winreg.QueryValue(winreg.HKEY_CURRENT_USER, place)
    assert capsys.readouterr().err == ""
