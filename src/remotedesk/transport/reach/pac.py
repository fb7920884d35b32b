"""Asks a proxy script (PAC) which way to go, where the system itself runs none: it is fetched, and run elsewhere.

The script is foreign code. It runs in a process of its own (`pac_process.py`) that is ended when its time is over,
and asks this one for the addresses of names, a few dozen at most.
"""

import asyncio
import logging
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Final

import aiohttp
import msgspec
import truststore

from remotedesk.transport.reach.dialer import DIAL_WITHIN_S
from remotedesk.transport.reach.pac_messages import Address, Said, Task

LARGEST_SCRIPT: Final = 1024 * 1024
LONGEST_LINE: Final = 16 * 1024
FETCH_WITHIN_S: Final = DIAL_WITHIN_S
RUN_WITHIN_S: Final = 5.0
MOST_NAMES: Final = 32
LONGEST_NAME: Final = 253

log = logging.getLogger(__name__)


async def run_script(pac_url: str, url: str, host: str) -> str:
    """Return what the script at this http or https URL says of `url`; empty if it cannot be had, fails or hangs."""
    try:
        async with asyncio.timeout(FETCH_WITHIN_S):
            script = await _fetched(pac_url)
        async with asyncio.timeout(RUN_WITHIN_S):
            return await asyncio.to_thread(run, script, url, host)
    except (aiohttp.ClientError, msgspec.MsgspecError, OSError, ValueError) as error:
        log.info("proxy script: %s", type(error).__name__)
        return ""


def run(script: str, url: str, host: str, within_s: float = RUN_WITHIN_S) -> str:
    """Return what the script says; blocks. Raises ValueError, MsgspecError or OSError if it comes to no end."""
    with subprocess.Popen(  # noqa: S603 - the command is our own; what is foreign goes into its pipe
        _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    ) as process:
        timer = threading.Timer(within_s, process.kill)
        timer.start()
        try:
            if process.stdin is None or process.stdout is None:
                raise OSError("no pipes")
            return _served(process.stdin, process.stdout, Task(script, url, host, _own_address()))
        finally:
            timer.cancel()
            process.kill()


def _served(stdin: IO[bytes], stdout: IO[bytes], task: Task) -> str:
    """Give the process its task and the addresses it asks for, and return the result."""
    _write(stdin, task)
    for _ in range(MOST_NAMES + 1):
        said = msgspec.json.decode(stdout.readline(LONGEST_LINE), type=Said)
        if said.resolve is None:
            return said.result
        _write(stdin, Address(_address_of(said.resolve)))
    raise ValueError("no end of questions")


def _write(stdin: IO[bytes], message: Task | Address) -> None:
    stdin.write(msgspec.json.encode(message) + b"\n")
    stdin.flush()


def _address_of(name: str) -> str | None:
    if len(name) > LONGEST_NAME:
        return None
    try:
        found = socket.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return str(found[0][4][0])


def _own_address() -> str:
    """Return the address that leads out; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # RFC 5737: nobody's
        return str(probe.getsockname()[0])
    return "127.0.0.1"


async def _fetched(pac_url: str) -> str:
    if not pac_url.lower().startswith(("http://", "https://")):
        raise ValueError("not http")
    connector = aiohttp.TCPConnector(ssl=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    async with (
        aiohttp.ClientSession(connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.get(pac_url, max_redirects=3, raise_for_status=True) as response,
    ):
        script = bytearray()
        async for piece in response.content.iter_chunked(64 * 1024):
            script += piece
            if len(script) > LARGEST_SCRIPT:
                raise ValueError("too large")
    try:
        return script.decode("utf-8-sig")
    except UnicodeDecodeError:
        return script.decode("latin-1")


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--internal-proxy-script"]
    # As this process found the product, whatever the environment, of which the other gets nothing.
    start = f"import sys; sys.path[:] = {sys.path!r}; from {__package__} import pac_process; pac_process.main()"
    return [sys.executable, "-I", "-c", start]
