"""What the server and the logs of both clients get to see of a whole session: none of what is the two people's."""

import asyncio
import base64
import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from remotedesk.core.consent import Suspension
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.events import ChatAdded, CodeReady, FrameReady, GrantsChanged, GuessFailed, RetryAllowed
from tests.support.server import LocalServer
from tests.support.sessions import EVERYTHING, NAME, SessionPair
from tests.support.tcp_tee import TcpTee
from tests.support.xserver import wait_until

FROM_ENGINEER = '寸法を直します <&> "quoted"'
FROM_CUSTOMER = "図面の機密番号は QX-7731"
TYPED = "機密テキスト"
# Base64, plain or for URLs, as long as an envelope's shortest; what it hides is looked through as well.
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")


@contextmanager
def teeing(port: int) -> Iterator[TcpTee]:
    """Run a TcpTee in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tee")
    thread.start()
    tee = TcpTee(port)
    asyncio.run_coroutine_threadsafe(tee.__aenter__(), loop).result(10)
    try:
        yield tee
    finally:
        asyncio.run_coroutine_threadsafe(tee.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def unmasked(stream: bytes) -> bytes:
    """Return a client's WebSocket stream with its frames unmasked (RFC 6455, 5.3); the HTTP request stays as it is."""
    head, _, frames = stream.partition(b"\r\n\r\n")
    plain = bytearray(head)
    at = 0
    while at < len(frames):
        length, start = frames[at + 1] & 0x7F, at + 2
        extended = {126: 2, 127: 8}.get(length, 0)
        if extended:
            length = int.from_bytes(frames[start : start + extended], "big")
            start += extended
        if frames[at + 1] & 0x80:
            mask = frames[start : start + 4]
            start += 4
            body = frames[start : start + length]
            plain += bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))
        else:
            plain += frames[start : start + length]
        plain += b"\n"
        at = start + length
    return bytes(plain)


def with_what_base64_hides(data: bytes) -> bytes:
    """Return the data, followed by everything in it that is Base64, decoded, and that again."""
    found = [data]
    for depth in range(2):
        for text in BASE64.findall(found[-1] if depth == 0 else found[1]):
            padded = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            found.append(base64.b64decode(padded + b"=" * (-len(padded) % 4) if len(padded) % 4 != 1 else padded[:-1]))
        found[1:] = [b"\n".join(found[1:])]
    return b"\n".join(found)


def forms(text: str) -> set[bytes]:
    """Return how a text can be written: UTF-8, JSON-escaped, UTF-16, as a Python literal."""
    escaped = json.dumps(text)[1:-1]
    return {text.encode(), escaped.encode(), text.encode("utf-16-le"), repr(text)[1:-1].encode()}


def secrets_of(*numbers: SessionNumber) -> set[bytes]:
    found = {form for text in (NAME, FROM_ENGINEER, FROM_CUSTOMER, TYPED) for form in forms(text)}
    for number in numbers:
        found |= {number.secret.encode(), number.grouped().encode(), number.grouped().replace("-", "").encode()}
    return found | {b"a=ice", b"candidate:", b"a=fingerprint", b"m=application", b"ice-ufrag", b"sha-256 "}


def play(pair: SessionPair, number: SessionNumber, wrong: SessionNumber) -> None:
    """A wrong guess, the right one, a yes, chat, input, a loss, and the end."""
    pair.join(wrong)
    pair.customer_heard.wait(GuessFailed)
    pair.engineer_heard.wait(GuessFailed)
    pair.engineer.allow_retry()
    pair.customer_heard.wait(RetryAllowed)
    pair.join(number)
    pair.customer_heard.wait(CodeReady)
    pair.engineer_heard.state(State.ASKING)
    pair.customer.answer(pair.ask(EVERYTHING).number, EVERYTHING)
    pair.engineer_heard.wait(GrantsChanged, lambda event: event.features == EVERYTHING)
    pair.engineer_heard.wait(FrameReady)
    pair.engineer.send_chat(FROM_ENGINEER)
    pair.customer.send_chat(FROM_CUSTOMER)
    pair.customer_heard.wait(ChatAdded, lambda event: event.text == FROM_ENGINEER)
    pair.engineer_heard.wait(ChatAdded, lambda event: event.text == FROM_CUSTOMER)
    pair.engineer.text(TYPED)
    wait_until(lambda: any(TYPED in each.arguments for each in pair.fake.injected), what="the text")
    since = pair.engineer_heard.mark()
    session = pair.customer._session
    assert session is not None
    assert session.connection is not None
    asyncio.run_coroutine_threadsafe(session.connection.link._pc.close(), pair.customer._thread.loop)
    pair.customer_heard.wait(GrantsChanged, lambda event: event.suspensions == {Suspension.SILENCE})
    pair.engineer_heard.state(State.ACTIVE, since=since)
    pair.customer.end()
    pair.records()


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Log as much as the programs can.

    Without aioice and aiortc: at DEBUG these write descriptions and candidates, which is why they must stay at WARNING.
    """
    for loud in ("aioice", "aiortc"):
        caplog.set_level(logging.WARNING, loud)
    caplog.set_level(logging.DEBUG)
    return caplog


def test_what_the_server_and_the_logs_see(tmp_path: Path, everything_logged: pytest.LogCaptureFixture) -> None:
    # By chance six given digits turn up in 100 KB of random Base64 about once in 600,000 runs.
    with LocalServer(tmp_path) as server, teeing(server.port) as tee:
        with SessionPair(tmp_path, server=server, through=tee.port) as pair:
            pair.sign_in()
            number = pair.issue()
            wrong = SessionNumber(number.routing, f"{(int(number.secret) + 1) % 1_000_000:06}")
            play(pair, number, wrong)
            time.sleep(0.1)
        streams = [bytes(stream) for stream in (*tee.from_clients, *tee.from_server)]
    logs = "\n".join(f"{record.name} {record.getMessage()} {record.args}" for record in everything_logged.records)
    seen = with_what_base64_hides(b"\n".join(map(unmasked, streams)))
    assert number.routing.encode() in seen  # the looking works
    assert b'"Relay"' in seen
    assert b'"Sealed"' in seen
    assert "remotedesk" in logs
    for secret in secrets_of(number, wrong):
        assert secret not in seen
        assert secret not in logs.encode()
