"""One customer's client a login: another start tells the first, with the number, and ends."""

import ctypes
import subprocess
import sys
from typing import Final

from remotedesk.platform.windows import only_one, win32
from remotedesk.platform.windows.platform import WindowsPlatform
from tests.windows.program import until

NUMBER: Final = "123456789018"
ANOTHER: Final = (
    "import sys; from remotedesk.platform.windows.platform import WindowsPlatform;"
    "sys.exit(3 if WindowsPlatform().claim_customer(sys.argv[1], print) is None else 0)"
)


def start_again(number: str) -> int:
    command = [sys.executable, "-c", ANOTHER, number]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode


def test_the_first_is_told_of_every_other_until_it_ends() -> None:
    heard: list[str] = []
    platform = WindowsPlatform()
    first = platform.claim_customer("", heard.append)
    assert first is not None
    for number in (NUMBER, "", "é1234-5678-9018" + 20 * "1"):
        assert start_again(number) == 3
    until(lambda: len(heard) == 3)
    assert heard == [NUMBER, "", "1234-5678-9018111111"]
    assert platform.claim_customer(NUMBER, print) is None
    until(lambda: len(heard) == 4)
    first.close()
    second = platform.claim_customer("", heard.append)
    assert second is not None
    second.close()
    assert len(heard) == 4


def test_what_is_no_message_of_ours_is_not_taken() -> None:
    heard: list[str] = []
    first = WindowsPlatform().claim_customer("", heard.append)
    assert first is not None
    window = win32.FindWindowW(None, only_one._TITLE)
    text = b"1" * 40
    for kind, size in ((1, 5), (only_one._STARTED_AGAIN, 40)):
        said = win32.COPYDATASTRUCT(kind, size, ctypes.cast(text, ctypes.c_void_p))
        win32.SendMessageW(window, win32.WM_COPYDATA, 0, ctypes.addressof(said))
    win32.SendMessageW(window, win32.WM_APP + 1, 0, 0)
    first.close()
    assert heard == []
