"""The engine's small parts: its thread, its race of tasks, its record on disk, its mailbox."""

import asyncio
import gc
import ssl
import threading
import time
import warnings
from pathlib import Path

import pytest

from remotedesk.core.audit import Act, verify
from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError, ServerError
from remotedesk.engine.mailbox import MOST_NOTICES, Mailbox
from remotedesk.engine.race import first_of
from remotedesk.engine.record import Record
from remotedesk.engine.thread import EngineThread
from remotedesk.wire.pairing import RELAY, PakeRefused
from remotedesk.wire.signaling import (
    GuessCounted,
    Issue,
    Issued,
    PeerJoined,
    PeerLeft,
    Relay,
    RetryAllowed,
    ToClient,
    ToServer,
)
from remotedesk_signaling.certificates import self_signed_context

ISSUED = Issued("12345", 600, "t" * 22)


# -- thread --------------------------------------------------------------------------------------------------


async def nothing() -> None:
    pass


def test_close_runs_the_last_step_and_ends_every_task() -> None:
    thread = EngineThread()
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            seen.append("ended")

    async def last() -> None:
        seen.append("last")

    started = threading.Event()
    thread.post(lambda: (thread.spawn(work()), started.set()))
    assert started.wait(10)
    thread.post(lambda: None)
    thread.close(last)
    assert seen == ["last", "ended"]
    assert not [each for each in threading.enumerate() if each.name == "engine"]
    thread.post(lambda: seen.append("too late"))
    thread.close(nothing)
    assert seen == ["last", "ended"]


def test_a_task_that_fails_is_logged(warning_log) -> None:  # type: ignore[no-untyped-def]
    warning_log.expect("engine task failed")
    thread = EngineThread()

    async def fail() -> None:
        raise RuntimeError("a fault")

    thread.post(lambda: thread.spawn(fail()))
    thread.close(nothing)


def test_a_socket_that_says_goodbye_over_tls_is_closed_before_the_loop_is(tmp_path: Path) -> None:
    serving, thread = EngineThread(), EngineThread()
    context, _ = self_signed_context(tmp_path, ["127.0.0.1"])
    servers: list[asyncio.Server] = []
    connected = threading.Event()

    def be_slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        time.sleep(0.05)  # the whole server, so that the other side's goodbye is not answered at once
        writer.close()

    async def serve() -> None:
        servers.append(await asyncio.start_server(be_slow, "127.0.0.1", 0, ssl=context))

    async def connect() -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        port = servers[0].sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        writer.close()  # and nobody waits until it is
        connected.set()

    async def stop_serving() -> None:
        servers[0].close()

    asyncio.run_coroutine_threadsafe(serve(), serving.loop).result(10)
    thread.post(lambda: thread.spawn(connect()))
    assert connected.wait(10)
    with warnings.catch_warnings(record=True) as left_open:
        warnings.simplefilter("always", ResourceWarning)
        thread.close(nothing)
        serving.close(stop_serving)
        gc.collect()
    assert [str(each.message) for each in left_open] == []


# -- race ----------------------------------------------------------------------------------------------------


async def test_the_first_wins_and_the_others_are_over() -> None:
    ended = []

    async def slow() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)
        return "slow"

    async def fast() -> str:
        await asyncio.sleep(0)
        return "fast"

    assert await first_of(slow(), fast()) == "fast"
    assert ended
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_failure_wins_too_and_no_other_failure_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(code: ErrorCode) -> None:
        raise ServerError(code)

    with pytest.raises(ServerError) as caught:
        await first_of(fail(ErrorCode.PEER_ENDED), fail(ErrorCode.SERVER_LOST))
    assert caught.value.code is ErrorCode.PEER_ENDED
    assert not caplog.records


async def test_a_cancelled_race_ends_both() -> None:
    race = asyncio.create_task(first_of(asyncio.Event().wait(), asyncio.Event().wait()))
    await asyncio.sleep(0)
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    assert asyncio.all_tasks() == {asyncio.current_task()}


# -- record --------------------------------------------------------------------------------------------------


def test_the_record_is_on_disk(tmp_path: Path) -> None:
    record = Record(tmp_path / "new folder", "customer")
    record.add(Act.STARTED, role="customer")
    record.add(Act.ENDED)
    record.close()
    entries = verify(record.path.read_text("utf-8").splitlines())
    assert [entry.act for entry in entries] == [Act.STARTED, Act.ENDED]
    assert entries[-1].hash == record.head


@pytest.mark.parametrize("where", ["/proc/nowhere", "a file"])
def test_a_folder_that_cannot_be_made_stops_nothing(where: str, tmp_path: Path, warning_log) -> None:  # type: ignore[no-untyped-def]
    warning_log.expect("the record cannot be written")
    (tmp_path / "a file").write_text("no folder")
    record = Record(tmp_path / where, "customer")
    assert len(heads_of(record)) == 5
    record.close()


def test_a_disk_that_gets_full_stops_nothing(tmp_path: Path, warning_log) -> None:  # type: ignore[no-untyped-def]
    warning_log.expect("the record cannot be written")
    record = Record(tmp_path, "customer")
    record.add(Act.STARTED)
    record._writer.submit(lambda: None).result()
    record.path = Path("/dev/full")
    assert len(heads_of(record)) == 5
    record.close()


def heads_of(record: Record) -> set[str]:
    """Return the heads after each of five entries."""
    heads = set()
    for _ in range(5):
        record.add(Act.CONNECTED)
        heads.add(record.head)
    return heads


# -- mailbox -------------------------------------------------------------------------------------------------


class ScriptedClient:
    """Stands for an open socket: what the test `says` is what the server says."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[ToClient | RemotedeskError] = asyncio.Queue()
        self.sent: list[ToServer] = []
        self.closed = False

    def says(self, *items: ToClient | RemotedeskError) -> None:
        for item in items:
            self.said.put_nowait(item)

    async def send(self, message: ToServer) -> None:
        self.sent.append(message)

    async def receive(self) -> ToClient:
        item = await self.said.get()
        if isinstance(item, RemotedeskError):
            raise item
        return item

    async def close(self) -> None:
        self.closed = True


def open_mailbox() -> tuple[Mailbox, ScriptedClient]:
    client = ScriptedClient()
    return Mailbox(client), client  # type: ignore[arg-type]


async def test_nothing_said_before_a_refusal_is_lost() -> None:
    mailbox, client = open_mailbox()
    client.says(GuessCounted(0), Relay(RELAY.encode(PakeRefused())), ServerError(ErrorCode.PEER_ENDED), PeerJoined())
    await asyncio.sleep(0.01)
    assert await mailbox.expect(GuessCounted) == GuessCounted(0)
    assert await mailbox.relay.receive() == PakeRefused()
    with pytest.raises(ServerError):
        await mailbox.relay.receive()
    with pytest.raises(ServerError) as caught:
        await mailbox.expect(PeerJoined)
    assert caught.value.code is ErrorCode.PEER_ENDED
    assert await mailbox.expect(PeerJoined) == PeerJoined()
    await mailbox.close()
    assert client.closed


async def test_a_lost_socket_is_told_to_everybody_who_asks() -> None:
    mailbox, client = open_mailbox()
    client.says(ServerError(ErrorCode.SERVER_LOST))
    for _ in range(3):
        with pytest.raises(ServerError) as caught:
            await mailbox.expect(PeerJoined)
        assert caught.value.code is ErrorCode.SERVER_LOST
    with pytest.raises(ServerError):
        await mailbox.relay.receive()
    assert mailbox.lost
    await mailbox.close()


async def test_a_peer_who_leaves_ends_the_wait_unless_it_may_go_on() -> None:
    mailbox, client = open_mailbox()
    client.says(PeerLeft(), PeerLeft(), RetryAllowed(2))
    with pytest.raises(ServerError) as caught:
        await mailbox.expect(RetryAllowed)
    assert caught.value.code is ErrorCode.PEER_ENDED
    assert await mailbox.expect(RetryAllowed, leaving_ends=False) == RetryAllowed(2)
    await mailbox.close()


async def test_a_number_comes_after_whatever_is_left_of_the_session_before() -> None:
    mailbox, client = open_mailbox()
    client.says(PeerLeft(), ServerError(ErrorCode.PEER_LOST))
    await asyncio.sleep(0.01)
    left_over = (Relay(b"anything"), PeerLeft(), GuessCounted(1), ServerError(ErrorCode.PEER_ENDED))
    client.says(*left_over, ServerError(ErrorCode.PEER_LOST), ISSUED, Relay(RELAY.encode(PakeRefused())))
    assert await mailbox.issue() == ISSUED
    assert client.sent == [Issue()]
    assert await mailbox.relay.receive() == PakeRefused()
    await mailbox.close()


async def test_a_number_that_is_refused_is_told() -> None:
    mailbox, client = open_mailbox()
    asking = asyncio.create_task(mailbox.issue())
    await asyncio.sleep(0.01)
    client.says(ServerError(ErrorCode.TOO_MANY_REQUESTS))
    with pytest.raises(ServerError) as caught:
        await asking
    assert caught.value.code is ErrorCode.TOO_MANY_REQUESTS
    client.says(ISSUED)
    assert await mailbox.issue() == ISSUED
    await mailbox.close()


async def test_a_server_that_floods_is_left() -> None:
    mailbox, client = open_mailbox()
    client.says(*[PeerJoined()] * (MOST_NOTICES + 1))
    await asyncio.sleep(0.01)
    assert mailbox.lost
    for _ in range(MOST_NOTICES - 1):
        assert await mailbox.expect(PeerJoined) == PeerJoined()
    with pytest.raises(ProtocolError) as caught:
        await mailbox.expect(PeerJoined)
    assert caught.value.code is ErrorCode.MESSAGE_FLOOD
    await mailbox.close()
