"""The ways out are tried side by side, the first that works is taken and remembered, the most telling failure told."""

import asyncio
import time

import pytest

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin, ProxySettings, WayOut
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.engine.way_out import find_ways
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.reach import proxy_ways
from remotedesk.transport.reach.dialer import Dialer
from remotedesk.transport.reach.proxy_ways import Ways, ways_out

SYSTEM = Proxy("system", 1, ProxySource.SYSTEM)
MANUAL = Proxy("manual", 2, ProxySource.MANUAL)
SCRIPTED = Proxy("scripted", 3, ProxySource.PAC)


async def order(ways: Ways) -> list[Proxy | None]:
    return [dialer.proxy async for dialer in ways.dialers("rd.example", 443)]


class Connected:
    """Stands for what is made of a way: some work, some fail, some take long."""

    def __init__(self, **outcomes: float | ErrorCode) -> None:
        self.outcomes = outcomes
        self.tried: list[str] = []
        self.discarded: list[str] = []

    async def connect(self, dialer: Dialer) -> str:
        name = dialer.proxy.host if dialer.proxy else "direct"
        self.tried.append(name)
        outcome = self.outcomes[name]
        if isinstance(outcome, ErrorCode):
            raise ServerError(outcome)
        await asyncio.sleep(outcome)
        return name

    async def discard(self, name: str) -> None:
        self.discarded.append(name)

    async def first(self, ways: Ways) -> str:
        return await ways.first("rd.example", 443, self.connect, self.discard)


async def test_the_order() -> None:
    async def script(settings: ProxySettings, host: str, port: int) -> list[Proxy | None]:
        return [SCRIPTED, None] if settings.pac_url else []

    both = ProxySettings(SYSTEM, pac_url="http://x/", bypass=("*.internal",))
    assert await ways_out(both, WayOut(), "rd.example", 443, script) == [None, SCRIPTED]
    assert await ways_out(both, WayOut(), "rd.example", 443) == [None, SYSTEM]
    assert await ways_out(both, WayOut(), "rd.internal", 443, script) == [None]
    assert await ways_out(both, WayOut(MANUAL), "rd.example", 443, script) == [MANUAL, None]
    detected = ProxySettings(SYSTEM, detect=True)
    assert await ways_out(detected, WayOut(), "rd.example", 443, script) == [None, SYSTEM]
    assert await ways_out(ProxySettings(), WayOut(), "rd.example", 443, script) == [None]
    assert await order(Ways(manual=WayOut(pac_url="http://x/"), script=script)) == [None, SCRIPTED]


async def test_direct_is_taken_at_once() -> None:
    connected = Connected(direct=0, system=0)
    ways = Ways(lambda: ProxySettings(SYSTEM))
    assert await connected.first(ways) == "direct"
    assert connected.tried == ["direct"]


async def test_what_fails_makes_room_at_once() -> None:
    connected = Connected(direct=ErrorCode.SERVER_UNREACHABLE, system=0)
    ways = Ways(lambda: ProxySettings(SYSTEM))
    start = time.monotonic()
    assert await connected.first(ways) == "system"
    assert time.monotonic() - start < proxy_ways.HEAD_START_S
    connected.tried.clear()
    assert await connected.first(ways) == "system"
    assert connected.tried == ["system"]
    connected.outcomes["system"] = ErrorCode.PROXY_UNREACHABLE
    connected.outcomes["direct"] = 0
    assert await connected.first(ways) == "direct"
    assert ways.worked is not None
    assert ways.worked.proxy is None


async def test_what_hangs_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_ways, "HEAD_START_S", 0.01)
    connected = Connected(direct=60, system=0)
    assert await connected.first(Ways(lambda: ProxySettings(SYSTEM))) == "system"


async def test_a_slow_script_holds_nobody_up() -> None:
    async def script(settings: ProxySettings, host: str, port: int) -> list[Proxy | None]:
        await asyncio.sleep(60)
        return []

    connected = Connected(direct=0.05)
    ways = Ways(lambda: ProxySettings(pac_url="http://x/"), script=script)
    assert await connected.first(ways) == "direct"


@pytest.mark.parametrize(
    ("direct", "system", "told"),
    [
        (ErrorCode.SERVER_UNREACHABLE, ErrorCode.PROXY_WANTS_PASSWORD, ErrorCode.PROXY_WANTS_PASSWORD),
        (ErrorCode.TLS_OPENED, ErrorCode.PROXY_UNREACHABLE, ErrorCode.TLS_OPENED),
        (ErrorCode.SERVER_UNREACHABLE, ErrorCode.SERVER_UNREACHABLE, ErrorCode.SERVER_UNREACHABLE),
    ],
)
async def test_the_most_telling_failure_is_told(direct: ErrorCode, system: ErrorCode, told: ErrorCode) -> None:
    with pytest.raises(ServerError) as caught:
        await Connected(direct=direct, system=system).first(Ways(lambda: ProxySettings(SYSTEM)))
    assert caught.value.code is told


async def test_giving_up_ends_all_tries() -> None:
    connected = Connected(direct=60)
    trying = asyncio.create_task(connected.first(Ways()))
    await asyncio.sleep(0.01)
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_who_comes_second_in_the_same_moment_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_ways, "HEAD_START_S", 0.0)
    both = asyncio.Event()
    connected = Connected(direct=0, system=0)

    async def connect(dialer: Dialer) -> str:
        name = await connected.connect(dialer)
        if len(connected.tried) == 2:
            both.set()
        await both.wait()
        return name

    first = await Ways(lambda: ProxySettings(SYSTEM)).first("rd.example", 443, connect, connected.discard)
    assert {first, *connected.discarded} == {"direct", "system"}


async def test_what_is_no_refusal_is_raised() -> None:
    with pytest.raises(KeyError):
        await Connected().first(Ways())

    def settings() -> ProxySettings:
        raise KeyError("of the system")

    with pytest.raises(KeyError, match="of the system"):
        await Connected(direct=ErrorCode.SERVER_UNREACHABLE).first(Ways(settings))


async def test_logins_go_to_their_own_proxy() -> None:
    login = ProxyLogin("system", 1, "taro", "himitsu")
    platform = FakePlatform()
    platform.proxies = ProxySettings(SYSTEM, login=login)
    ways = find_ways(platform, WayOut())
    _, system = [dialer async for dialer in ways.dialers("rd.example", 443)]
    assert vars(system)["_login"] == login
    ways = find_ways(platform, WayOut(login=ProxyLogin("other", 1, "a", "b")))
    _, system = [dialer async for dialer in ways.dialers("rd.example", 443)]
    assert vars(system)["_login"] == login


async def test_scripts_that_the_system_runs() -> None:
    platform = FakePlatform()
    platform.proxies = ProxySettings(SYSTEM, pac_url="http://pac/", detect=True)
    platform.proxy_scripts["http://pac/"] = ""
    platform.proxy_scripts[""] = "PROXY announced:4; DIRECT"
    assert await order(find_ways(platform, WayOut())) == [None, Proxy("announced", 4, ProxySource.WPAD)]
    platform.proxy_scripts["http://pac/"] = "PROXY scripted:3"
    assert await order(find_ways(platform, WayOut())) == [None, SCRIPTED]
