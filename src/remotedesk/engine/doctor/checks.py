"""All checks, one after the other: what fails is a finding, and the next one is tried out nevertheless."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Final

from remotedesk.core.errors import ErrorCode, RemotedeskError
from remotedesk.engine.doctor.finding import Check, Finding, OpensField, Outcome, Stand, Why
from remotedesk.engine.doctor.screen_checks import ScreenChecks
from remotedesk.engine.mailbox import Mailbox
from remotedesk.engine.options import EngineOptions
from remotedesk.engine.thread import EngineThread
from remotedesk.engine.way_out import find_ways
from remotedesk.platform.ports import Platform
from remotedesk.transport.certificate_store import has_authorities
from remotedesk.transport.reach.proxy_ways import Ways
from remotedesk.transport.video import VideoCodec, probe_hardware, software_options
from remotedesk.transport.video.probe import try_out_software

ON_SCREEN: Final = (
    Check.SCREEN, Check.CURSOR, Check.HOT_KEYS, Check.LOCK, Check.LOCAL_ACTIVITY, Check.INPUT, Check.HIDDEN_WINDOWS,
)  # fmt: skip


class Doctor:
    """Tries out what a customer's client needs. Nothing leaves this machine but a connection to the server."""

    def __init__(
        self,
        platform: Platform,
        stand: Stand | None,
        server: Callable[[], EngineOptions],
        open_field: OpensField | None = None,
    ) -> None:
        """`stand` is None where there is no screen. `server` says which one, or raises why there is none.

        Without `open_field` nothing is clicked or typed.
        """
        self._platform = platform
        self._stand = stand
        self._server = server
        self._open_field = open_field

    def findings(self) -> Iterator[Finding]:
        """Yield each as it is found. Blocks for some seconds in all."""
        supported = _tried(Check.PLATFORM, self._supported)
        yield supported
        if self._stand is None or supported.outcome is not Outcome.OK:
            yield from (Finding(check, Outcome.NOT_HERE, Why.UNSUPPORTED) for check in ON_SCREEN)
        else:
            screen = ScreenChecks(self._platform, self._stand, self._open_field)
            try:
                yield from (_tried(check, getattr(screen, check.value)) for check in ON_SCREEN)
            finally:
                screen.close()
        yield _encoder(Check.X264, VideoCodec.H264)
        yield _encoder(Check.SVT_AV1, VideoCodec.AV1)
        yield _hardware()
        yield _certificates()
        yield _tried(Check.SERVER, self._reached)

    def _supported(self) -> Finding:
        self._platform.require_supported()
        return Finding(Check.PLATFORM, Outcome.OK)

    def _reached(self) -> Finding:
        try:
            options = self._server()
        except RemotedeskError as error:
            if error.code is not ErrorCode.SERVER_NOT_NAMED:
                raise
            return Finding(Check.SERVER, Outcome.NOT_HERE, error.code)
        thread = EngineThread()  # which waits until the socket is closed
        try:
            ways = find_ways(self._platform, options.way_out)
            ms = asyncio.run_coroutine_threadsafe(_connect_ms(options, ways), thread.loop).result()
        finally:
            thread.close(_nothing)
        return Finding(Check.SERVER, Outcome.OK, facts={"ms": ms})


async def _connect_ms(options: EngineOptions, ways: Ways) -> float:
    start = time.perf_counter()
    mailbox = await Mailbox.open(options, ways)
    ms = (time.perf_counter() - start) * 1000
    await mailbox.close()
    return ms


async def _nothing() -> None:
    pass


def _tried(check: Check, act: Callable[[], Finding]) -> Finding:
    try:
        return act()
    except RemotedeskError as error:
        return Finding(check, Outcome.FAILED, error.code)


def _encoder(check: Check, codec: VideoCodec) -> Finding:
    if codec not in {option.codec for option in software_options()}:
        return Finding(check, Outcome.NOT_HERE, Why.NOT_BUILT_IN)
    seconds = try_out_software(codec)
    if seconds is None:
        return Finding(check, Outcome.FAILED, Why.ENCODER_BROKEN)
    return Finding(check, Outcome.OK, facts={"ms": seconds * 1000})


def _hardware() -> Finding:
    found = probe_hardware()
    if not found:
        return Finding(Check.HARDWARE, Outcome.NOT_HERE, Why.NO_CARD)
    return Finding(Check.HARDWARE, Outcome.OK, facts={"names": ", ".join(option.name for option in found)})


def _certificates() -> Finding:
    if has_authorities():
        return Finding(Check.CERTIFICATES, Outcome.OK)
    return Finding(Check.CERTIFICATES, Outcome.FAILED, Why.NO_AUTHORITIES)
