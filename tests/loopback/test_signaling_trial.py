"""`make serve` as people run it: it says how to begin, and Ctrl+C leaves nothing behind."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.server_side import TEMPLATES, free_ports
from tests.support.xserver import wait_until


def _serve(folder: Path, *more: str) -> "subprocess.Popen[str]":
    ports = free_ports()
    options = {
        "--address": "127.0.0.1", "--name": "localhost", "--folder": str(folder), "--templates": str(TEMPLATES),
        "--https-port": str(ports.https), "--http-port": str(ports.http),
        "--signaling-port": str(ports.signaling), "--turn-port": str(ports.turn),
    }  # fmt: skip
    command = [sys.executable, "-m", "remotedesk_signaling.trial", *(word for pair in options.items() for word in pair)]
    command += ["--stun-ports", str(ports.stun), str(ports.stun_2), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _said(process: "subprocess.Popen[str]", last: str) -> str:
    assert process.stdout is not None
    said = ""
    while last not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_make_serve_starts_it_ends(tmp_path: Path, by: signal.Signals) -> None:
    with _serve(tmp_path / "serve") as process:
        said = _said(process, "Ctrl+C")
        assert f"--ca-file {tmp_path / 'serve' / 'ca.pem'}" in said
        url = re.search(r"http[s]?://localhost:\d+", said)
        assert url is not None
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 4
        process.send_signal(by)
        assert process.wait(20) == (0 if by is not signal.SIGKILL else -by)
        wait_until(lambda: not any(child.is_running() for child in children), what="the end of its children")


def test_make_serve_ends_when_a_part_of_it_does(tmp_path: Path) -> None:
    with _serve(tmp_path / "serve") as process:
        _said(process, "Ctrl+C")
        (turn, *_) = (child for child in psutil.Process(process.pid).children() if child.name() == "turnserver")
        turn.kill()
        assert process.wait(20) == 1
        assert process.stderr is not None
        assert "turn-udp ended" in process.stderr.read()


def test_make_serve_says_what_does_not_start(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        _serve(tmp_path / "serve", "--https-port", str(taken.getsockname()[1])) as process,
    ):
        assert process.wait(40) == 1
        assert process.stderr is not None
        assert "haproxy did not start" in process.stderr.read()
