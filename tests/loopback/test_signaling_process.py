"""The server as people run it: the command, TLS with a pinned certificate, another thread's loop, and its log."""

import asyncio
import os
import re
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from remotedesk.core.errors import ErrorCode
from remotedesk.wire import signaling as wire
from remotedesk_signaling import certificates
from remotedesk_signaling.accounts import Accounts
from remotedesk_signaling.server import RunningServer, ServerConfig, serve
from tests.conftest import WarningLog
from tests.support.signaling import COMPANY, NAME, PASSWORD, PATIENCE_S, Clients, clients_of, running_server
from tests.support.tcp_tee import TcpTee

COMMAND = (sys.executable, "-m", "remotedesk_signaling")


def _run(*arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], input=answer, text=True, capture_output=True, timeout=60)


@contextmanager
def _serving(log: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str, list[str]]]:
    """Yield the process, the URL it says it listens on, and the lines it said before."""
    with log.open("w") as file:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=file, text=True
        )
    said = []
    try:
        assert process.stdout is not None
        while not (line := process.stdout.readline()).startswith("listening on "):
            assert line, log.read_text()
            said.append(line)
        yield process, line.removeprefix("listening on ").strip().rstrip("/"), said
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()


def test_accounts_are_kept_by_the_command(tmp_path: Path) -> None:
    database = ("--database", str(tmp_path / "engineers.sqlite"))
    assert _run("add-engineer", NAME, "--company", COMPANY, *database, answer=f"{PASSWORD}\n").returncode == 0
    again = _run("add-engineer", NAME, "--company", COMPANY, *database, answer=f"{PASSWORD}\n")
    assert again.returncode == 1
    assert "already" in again.stderr
    assert _run("list-engineers", *database).stdout == f"{NAME}\t{COMPANY}\n"
    assert _run("set-password", NAME, *database, answer="short\n").returncode == 1
    assert _run("set-password", NAME, *database, answer="another password\n").returncode == 0
    assert _run("remove-engineer", NAME, *database).returncode == 0
    assert _run("list-engineers", *database).stdout == ""


def test_accounts_are_listed_in_a_code_page_that_lacks_their_letters(tmp_path: Path) -> None:
    accounts = Accounts.open(tmp_path / "engineers.sqlite")
    accounts.add("José 佐藤", COMPANY, PASSWORD)
    accounts.close()
    listing = [*COMMAND, "list-engineers", "--database", str(tmp_path / "engineers.sqlite")]
    environment = os.environ | {"PYTHONIOENCODING": "cp932"}
    done = subprocess.run(listing, env=environment, capture_output=True, timeout=60, check=True)
    assert done.stdout.decode("cp932").split("\t")[0] == "Jos\\xe9 佐藤"


async def test_the_command_serves_and_ends_at_sigterm(tmp_path: Path) -> None:
    database = str(tmp_path / "engineers.sqlite")
    add = ("add-engineer", NAME, "--company", COMPANY, "--database", database)
    added = await asyncio.to_thread(_run, *add, answer=f"{PASSWORD}\n")
    assert added.returncode == 0
    with _serving(tmp_path / "log", "--database", database) as (process, url, _):
        async with aiohttp.ClientSession() as session:
            clients = Clients(session, int(url.rpartition(":")[2]), "http")
            engineer, customer, _, _ = await clients.pair()
            process.terminate()
            for client in (engineer, customer):
                assert await client.refused() == ErrorCode.SERVER_SHUTTING_DOWN
                assert await client.close_code() == aiohttp.WSCloseCode.GOING_AWAY
            assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
    log = (tmp_path / "log").read_text()
    assert "Paired" in log
    for kept in (PASSWORD, NAME, COMPANY, "Traceback", "WARNING", "ERROR"):
        assert kept not in log


async def test_a_self_signed_certificate_can_be_pinned(tmp_path: Path) -> None:
    database = ("--database", str(tmp_path / "engineers.sqlite"))
    kept = ("--tls-self-signed", str(tmp_path / "tls"))
    fingerprints = []
    for _ in range(2):
        with _serving(tmp_path / "log", *database, *kept) as (_, url, said):
            assert url.startswith("https://127.0.0.1:")
            found = re.search(r"[0-9a-f]{64}", "".join(said))
            assert found is not None
            fingerprints.append(found[0])
            async with aiohttp.ClientSession() as session:
                async with session.get(f"{url}/health", ssl=aiohttp.Fingerprint(bytes.fromhex(found[0]))) as response:
                    assert response.status == 200
                with pytest.raises(aiohttp.ServerFingerprintMismatch):
                    await session.get(f"{url}/health", ssl=aiohttp.Fingerprint(bytes(32)))
    assert fingerprints[0] == fingerprints[1]


def test_a_key_is_its_owners_only(tmp_path: Path) -> None:
    certificates.self_signed_context(tmp_path / "tls", ["localhost"])
    assert stat.S_IMODE((tmp_path / "tls" / "key.pem").stat().st_mode) == 0o600


async def test_a_certificate_of_ones_own_is_verified_by_name(tmp_path: Path) -> None:
    made = certificates.make(["localhost", "127.0.0.1"])
    (tmp_path / "c.pem").write_bytes(made.certificate)
    (tmp_path / "k.pem").write_bytes(made.key)
    trust = ssl.create_default_context(cadata=made.certificate.decode())
    tls = certificates.server_context(tmp_path / "c.pem", tmp_path / "k.pem")
    async with running_server(tls=tls) as server, clients_of(server, tls=trust, scheme="https") as clients:
        await clients.pair()


def test_what_cannot_be_served_is_said_in_one_line(tmp_path: Path) -> None:
    database = ("--database", str(tmp_path / "engineers.sqlite"))
    for arguments in (("--cert", "c.pem"), ("--limit", "nonsense=1"), ("--limit", "x"), ("--trusted-proxy", "x")):
        done = _run("serve", "--port", "0", *database, *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("remotedesk-signaling: ")
        assert len(done.stderr.splitlines()) == 1


async def test_a_server_runs_in_another_threads_loop() -> None:
    accounts = Accounts.in_memory()
    accounts.add(NAME, COMPANY, PASSWORD)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        started = asyncio.run_coroutine_threadsafe(serve(ServerConfig(accounts)), loop)
        server: RunningServer = await asyncio.wrap_future(started)
        async with clients_of(server) as clients:
            engineer, _, _, _ = await clients.pair()
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(server.close(), loop))
            assert await engineer.refused() == ErrorCode.SERVER_SHUTTING_DOWN
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()
        accounts.close()


async def test_a_port_in_use_is_an_error_and_leaves_nothing_behind() -> None:
    accounts = Accounts.in_memory()
    async with running_server() as server:
        with pytest.raises(OSError):
            await serve(ServerConfig(accounts, port=server.port))
    accounts.close()


async def test_an_engineer_without_his_account_gets_no_number() -> None:
    for change in ("remove", "set_password"):
        accounts = Accounts.in_memory()
        accounts.add(NAME, COMPANY, PASSWORD)
        async with await serve(ServerConfig(accounts)) as server, clients_of(server) as clients:
            engineer = await clients.engineer()
            await engineer.issue()
            if change == "remove":
                accounts.remove(NAME)
            else:
                accounts.set_password(NAME, "another password")
            await engineer.send(wire.Issue())
            assert await engineer.refused() == ErrorCode.NOT_SIGNED_IN
        accounts.close()


async def test_a_fault_of_the_servers_own_is_told_and_stays_with_one_socket(warning_log: WarningLog) -> None:
    warning_log.expect("a message could not be handled")
    accounts = Accounts.in_memory()
    accounts.add(NAME, COMPANY, PASSWORD)
    async with await serve(ServerConfig(accounts)) as server, clients_of(server) as clients:
        engineer, customer, _, _ = await clients.pair()
        other = await clients.engineer()
        accounts.close()  # the database is gone
        await other.send(wire.Issue())
        assert await other.refused() == ErrorCode.SERVER_INTERNAL
        assert await other.close_code() == aiohttp.WSCloseCode.INTERNAL_ERROR
        await customer.send(wire.Relay(b"next door"))
        assert (await engineer.expect(wire.Relay)).payload == b"next door"


async def test_payloads_tokens_passwords_and_names_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with running_server() as server, TcpTee(server.port) as tee, aiohttp.ClientSession() as session:
        clients = Clients(session, tee.port, "http")
        engineer, customer, issued, joined = await clients.pair()
        await customer.send(wire.Relay(b"a payload nobody reads"))
        assert (await engineer.expect(wire.Relay)).payload == b"a payload nobody reads"
        await customer.close()
        await engineer.expect(wire.PeerPresent)
        back = await clients.connect()
        await back.send(wire.Resume(joined.token))
        await back.expect(wire.Resumed)
        await back.send(wire.SignIn("Mallory", "a guessed password"))
        assert await back.refused() == ErrorCode.MESSAGE_OUT_OF_ORDER
        for client in clients.opened:
            await client.close()
    assert tee.received.count(b"GET /ws") == 3  # the tee was in the way
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("remotedesk"))
    assert issued.routing in text
    for kept in (NAME, COMPANY, PASSWORD, issued.token, joined.token, "payload", "Mallory", "guessed"):
        assert kept not in text
