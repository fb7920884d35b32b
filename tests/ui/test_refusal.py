"""A program that cannot start says why in a window."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.xserver import XServer, wait_until


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        ([], {}, "RD-311"),
        (["engineer"], {}, "RD-311"),
        (["--server", "ws://support.example.com"], {}, "RD-301"),
        (
            ["--server", "support.example.com"],
            {"WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "wayland"},
            "RD-602",
        ),
    ],
)
def test_the_reason_is_on_the_screen_and_on_the_console(
    xserver: XServer, tmp_path: Path, arguments: list[str], environment: dict[str, str], code: str
) -> None:
    log = tmp_path / "log"
    client = xserver.start(
        *(sys.executable, "-m", "remotedesk", *arguments),
        log=log,
        **{"QT_QPA_PLATFORM": "xcb", "XDG_CONFIG_HOME": str(tmp_path)} | environment,
    )

    def shown() -> bool:
        found = subprocess.run(
            ["xdotool", "search", "--name", "cannot start"], env=xserver.environment(), capture_output=True, check=False
        )
        return bool(found.stdout)

    wait_until(shown, what="the window")
    xserver.xdotool("search", "--name", "cannot start", "windowactivate", "--sync", "key", "--clearmodifiers", "space")
    assert client.wait(20) == 1
    assert code in log.read_text("utf-8")
