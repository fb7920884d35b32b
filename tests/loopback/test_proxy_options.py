"""What the command line and client.toml say about proxies; a password is in neither."""

import argparse
import io
import sys
from pathlib import Path

import pytest

from remotedesk import cli
from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin, WayOut
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.engine.options import EngineOptions

PROXY = Proxy("proxy.corp", 8080, ProxySource.MANUAL)
LOGIN = ProxyLogin("proxy.corp", 8080, "taro", "himitsu")


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return client.toml, which is not there yet."""
    monkeypatch.setattr(cli.platformdirs, "user_config_path", lambda app: tmp_path)
    return tmp_path / "client.toml"


def engine_options(*arguments: str) -> EngineOptions:
    parser = argparse.ArgumentParser()
    cli._add_client_options(parser)
    return cli._engine_options(parser.parse_args(["--server", "rd.example", *arguments]))


def way_out(*arguments: str) -> WayOut:
    return engine_options(*arguments).way_out


def test_nothing_is_said(configured: Path) -> None:
    assert way_out() == WayOut()


def test_the_command_line(configured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert way_out("--proxy", "proxy.corp:8080", "--pac", "http://corp/pac") == WayOut(PROXY, "http://corp/pac")
    monkeypatch.setattr(sys, "stdin", io.StringIO("himitsu\nmore"))
    assert way_out("--proxy", "proxy.corp:8080", "--proxy-user", "taro") == WayOut(PROXY, login=LOGIN)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(cli.getpass, "getpass", lambda prompt: "himitsu")
    assert way_out("--proxy", "proxy.corp:8080", "--proxy-user", "taro") == WayOut(PROXY, login=LOGIN)


def test_the_configuration(configured: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("himitsu\n")
    configured.write_text(
        f"proxy = 'proxy.corp:8080'\nproxy_user = 'taro'\nproxy_password_file = '{password}'\npac = 'http://corp/pac'\n"
    )
    assert way_out() == WayOut(PROXY, "http://corp/pac", LOGIN)
    password.unlink()
    with pytest.raises(ServerError) as caught:
        way_out()
    assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD


@pytest.mark.parametrize(("written", "holds"), [("true", True), ("'yes'", True), ("false", False)])
def test_the_policy_of_the_relay_alone_holds_when_misspelt(configured: Path, written: str, holds: bool) -> None:
    configured.write_text(f"relay_only = {written}\nrelay_hosts = ['TURN.corp.example']\n")
    options = engine_options()
    assert options.relay_only is holds
    assert options.relay_hosts == {"turn.corp.example"}


def test_nobody_is_there_to_ask(configured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ServerError) as caught:
        way_out("--proxy", "proxy.corp:8080", "--proxy-user", "taro")
    assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD


@pytest.mark.parametrize(
    "arguments",
    [
        ("--proxy", "taro:himitsu@proxy.corp:8080"),
        ("--proxy", "http://taro@proxy.corp:8080"),
        ("--proxy", "socks5://proxy.corp"),
        ("--proxy", "two words"),
        ("--proxy-user", "taro"),
    ],
)
def test_what_is_no_proxy(configured: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(ServerError) as caught:
        way_out(*arguments)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
    assert "himitsu" not in str(caught.value)
