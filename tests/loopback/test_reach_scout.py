"""What works from here is found out, the best of it is proved, and two real peer connections meet through it."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnection
from msgspec import structs

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.reach import Attempt, Mapping, Survey, Way
from remotedesk.transport.reach.dialer import DirectDialer
from remotedesk.transport.reach.plan import Endpoint, Plan
from remotedesk.transport.reach.routes import Surroundings
from remotedesk.transport.reach.scout import LOOK_WITHIN_S, Scout
from remotedesk.transport.reach.tunnel import LocalTunnel
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk.wire.signaling import Lease, Reach
from tests.support.certificates import Certificates, make_certificates
from tests.support.turn_server import (
    HOST,
    TICKET,
    Bridge,
    TurnServer,
    bridge_in_front,
    credentials,
    free_port,
    server_context,
    tls_in_front,
)


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with TurnServer(tmp_path_factory.mktemp("turn")) as server:
        yield server


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@dataclass(frozen=True)
class Side:
    """A server side: everything that there can be, and how to get at it."""

    around: Surroundings
    reach: Reach
    bridge: Bridge


@asynccontextmanager
async def server_side(turn: TurnServer, certificates: Certificates) -> AsyncIterator[Side]:
    async with (
        tls_in_front(turn.port, certificates) as tls_port,
        bridge_in_front(turn.port, certificates) as (bridge, port),
    ):
        around = Surroundings(ServerAddress(HOST, port), Trust(ca_file=certificates.authority), (DirectDialer(),))
        stun = (at(turn.port), at(turn.other_port))
        yield Side(around, Reach(stun, (at(turn.port),), (at(tls_port),), True), bridge)


@asynccontextmanager
async def silence() -> AsyncIterator[tuple[str, str]]:
    """Yield the endpoints of a UDP server that never answers, and of a TCP server that lets nobody finish."""
    with socket.socket(type=socket.SOCK_DGRAM) as mute, socket.socket() as full:
        mute.bind((HOST, 0))
        full.bind((HOST, 0))
        full.listen(10)
        yield at(mute.getsockname()[1]), at(full.getsockname()[1])


def at(port: int) -> str:
    return f"{HOST}:{port}"


def lease(ticket: str = TICKET, secret: str = "a test's own", who: str = "a") -> Lease:
    lent = credentials(secret, who=who)
    return Lease(lent.username, lent.credential, 600, ticket)


async def no_ticket() -> str:
    raise ServerError(ErrorCode.STATE_FORBIDS)


def of(survey: Survey, way: Way) -> list[Attempt]:
    return [attempt for attempt in survey.attempts if attempt.way is way]


async def test_udp_is_best_when_everything_works(turn: TurnServer, certificates: Certificates) -> None:
    async with server_side(turn, certificates) as side:
        scout = Scout(side.around)
        survey = await scout.look(side.reach)
        assert [(attempt.way, attempt.code) for attempt in survey.attempts] == [(Way.UDP, None), (Way.TLS, None)]
        assert survey.mapping is Mapping.NONE
        assert not survey.direct_is_hopeless
        assert all(attempt.rtt_s is not None and not attempt.allocated for attempt in survey.attempts)
        plan = await scout.prove(lease(), no_ticket)
        assert plan.way is Way.UDP
        assert plan.stun in (Endpoint(HOST, turn.port), Endpoint(HOST, turn.other_port))
        assert plan.turn is not None
        assert plan.turn.url == f"turn:{HOST}:{turn.port}?transport=udp"
        assert any(attempt.allocated for attempt in of(scout.survey, Way.UDP))
        assert side.bridge.opened == 0
        await plan.close()
        await scout.close()


async def test_a_way_that_is_dead_is_not_waited_for(turn: TurnServer, certificates: Certificates) -> None:
    async with server_side(turn, certificates) as side, silence() as (mute, full):
        scout = Scout(side.around)
        survey = await scout.look(Reach((mute,), (mute,), (full, side.reach.turn_tls[0]), True))
        assert [attempt.code for attempt in of(survey, Way.UDP)] == [ErrorCode.WAY_BLOCKED]
        assert {attempt.code for attempt in of(survey, Way.TLS)} == {ErrorCode.WAY_BLOCKED, None}
        assert survey.direct_is_hopeless
        started = time.monotonic()
        plan = await scout.prove(lease(), no_ticket)
        assert time.monotonic() - started < LOOK_WITHIN_S
        assert plan.way is Way.TLS
        assert plan.stun is None
        assert plan.direct_is_hopeless
        await plan.close()
        await scout.close()


async def test_proving_does_not_need_to_have_seen_the_end_of_a_look(
    turn: TurnServer, certificates: Certificates
) -> None:
    async with server_side(turn, certificates) as side, silence() as (mute, _):
        scout = Scout(side.around)
        reach = structs.replace(side.reach, stun=(mute,), turn_udp=(mute,))
        looking = asyncio.ensure_future(scout.look(reach, thorough=True))
        await asyncio.sleep(0.2)
        plan = await scout.prove(lease(), no_ticket)
        assert not looking.done()
        assert plan.way is Way.TLS
        assert not plan.direct_is_hopeless  # nobody knows yet
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await plan.close()
        await scout.close()


async def test_the_bridge_is_last_and_takes_a_fresh_ticket_once_the_first_is_used(
    turn: TurnServer, certificates: Certificates
) -> None:
    async with server_side(turn, certificates) as side, silence():
        scout = Scout(side.around)
        await scout.look(Reach((), (), (at(free_port()),), True))
        plan = await scout.prove(lease(), no_ticket)
        assert plan.way is Way.WEBSOCKET
        assert side.bridge.opened == 1

        async def fresh() -> str:
            side.bridge.tickets.add("F" * 32)
            return "F" * 32

        again = await scout.prove(lease(ticket="U" * 32), fresh)  # the server has forgotten it
        assert again.turn is None
        assert of(scout.survey, Way.WEBSOCKET)[0].code is ErrorCode.TURN_REFUSED
        scout_two = Scout(side.around)
        await scout_two.look(Reach((), (), (), True))
        side.bridge.tickets.add(TICKET)
        third = await scout_two.prove(lease(), fresh)
        assert third.turn is not None
        assert third.tunnel is not None
        holder = third.tunnel._holder
        first, second = await holder.take(), await holder.take()
        assert side.bridge.opened == 3
        for one in (first, second):
            await one.close()
        for each in (plan, again, third):
            await each.close()
        await scout.close()


async def test_when_nothing_works_it_ends_in_time_and_says_so(tmp_path: Path) -> None:
    async with silence() as (mute, full):
        around = Surroundings(ServerAddress(HOST, free_port()), Trust(), (DirectDialer(),))
        scout = Scout(around)
        started = time.monotonic()
        survey = await scout.look(Reach((mute, at(free_port())), (mute,), (full, at(free_port())), True))
        assert time.monotonic() - started < LOOK_WITHIN_S + 2  # 3.0 s on a machine that has time
        assert {attempt.code for attempt in survey.attempts} == {ErrorCode.WAY_BLOCKED}
        assert len(survey.attempts) == 3
        plan = await scout.prove(lease(), no_ticket)
        assert plan == Plan(direct_is_hopeless=True)
        await scout.close()


async def test_forged_credentials_get_no_relay(turn: TurnServer, certificates: Certificates) -> None:
    async with server_side(turn, certificates) as side:
        scout = Scout(side.around)
        await scout.look(side.reach)
        plan = await scout.prove(lease(secret="another"), no_ticket)
        assert plan.turn is None
        assert plan.stun is not None
        assert not plan.direct_is_hopeless
        assert {attempt.code for attempt in scout.survey.attempts} == {None, ErrorCode.TURN_REFUSED}
        await scout.close()


async def test_a_certificate_that_nobody_vouches_for_is_named(
    turn: TurnServer, certificates: Certificates, tmp_path: Path
) -> None:
    async with server_side(turn, certificates) as side:
        other = make_certificates(tmp_path)
        scout = Scout(replace(side.around, trust=Trust(ca_file=other.authority)))
        survey = await scout.look(side.reach)
        (attempt,) = of(survey, Way.TLS)
        assert attempt.code is ErrorCode.TLS_OPENED
        assert attempt.issuer == "Test authority"
        plan = await scout.prove(lease(), no_ticket)
        assert plan.way is Way.UDP
        await scout.close()


async def test_servers_on_hosts_that_nobody_allowed_are_not_touched(
    turn: TurnServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remotedesk.transport.reach.scout.LOOK_WITHIN_S", 0.3)
    monkeypatch.setattr("remotedesk.transport.reach.scout.PROVE_WITHIN_S", 0.3)
    touched: list[str] = []

    class Watch(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            touched.append("udp")

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        touched.append("tcp")
        writer.close()

    loop = asyncio.get_running_loop()
    foreign, _ = await loop.create_datagram_endpoint(Watch, local_addr=("127.0.0.2", 0))
    server = await asyncio.start_server(accept, "127.0.0.2", 0)
    async with server, server_side(turn, certificates) as side:
        udp = f"127.0.0.2:{foreign.get_extra_info('sockname')[1]}"
        tcp = f"127.0.0.2:{server.sockets[0].getsockname()[1]}"
        for allowed in (frozenset[str](), frozenset({"127.0.0.2"})):
            scout = Scout(replace(side.around, allowed_hosts=allowed))
            survey = await scout.look(Reach((udp,), (udp,), (tcp,), False))
            assert (await scout.prove(lease(), no_ticket)).turn is None
            assert set(touched) == ({"udp", "tcp"} if allowed else set())
            assert bool(survey.attempts) is bool(allowed)
            await scout.close()
        touched.clear()
        scout = Scout(replace(side.around, allowed_hosts=frozenset({"127.0.0.2"})), relay_only=True)
        await scout.look(Reach((udp,), (), (), False))
        assert touched == []
    foreign.close()


async def test_relay_only_asks_nobody_how_we_are_seen(turn: TurnServer, certificates: Certificates) -> None:
    async with server_side(turn, certificates) as side:
        scout = Scout(side.around, relay_only=True)
        await scout.look(side.reach)
        plan = await scout.prove(lease(), no_ticket)
        assert plan.relay_only
        assert plan.stun is None
        assert plan.way is Way.UDP
        await scout.close()


async def test_before_a_look_there_is_no_relay() -> None:
    scout = Scout(Surroundings(ServerAddress(HOST, 1), Trust(), (DirectDialer(),)))
    assert await scout.prove(lease(), no_ticket) == Plan()
    assert scout.survey == Survey()
    await scout.close()


async def test_a_dead_stun_server_does_not_hide_that_udp_works(turn: TurnServer, certificates: Certificates) -> None:
    async with server_side(turn, certificates) as side, silence() as (mute, _):
        scout = Scout(side.around)
        survey = await scout.look(structs.replace(side.reach, stun=(mute,)))
        assert not survey.direct_is_hopeless
        plan = await scout.prove(lease(), no_ticket)
        assert plan.way is Way.UDP
        assert plan.stun == Endpoint(HOST, turn.port)
        await scout.close()


def peer(plan: Plan) -> RTCPeerConnection:
    assert plan.turn is not None
    server = RTCIceServer(plan.turn.url, plan.turn.username, plan.turn.credential)
    return RTCPeerConnection(
        RTCConfiguration(
            [server], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE, iceTransportPolicy=RTCIceTransportPolicy.RELAY
        )
    )


async def meet(left: RTCPeerConnection, right: RTCPeerConnection) -> None:
    """Connect two, and have messages come back."""
    there = left.createDataChannel("words", negotiated=True, id=1)
    here = right.createDataChannel("words", negotiated=True, id=1)
    opened, back = asyncio.Event(), asyncio.Queue[bytes]()
    there.on("open", opened.set)
    here.on("message", here.send)
    there.on("message", back.put_nowait)
    await left.setLocalDescription(await left.createOffer())
    await right.setRemoteDescription(left.localDescription)
    await right.setLocalDescription(await right.createAnswer())
    await left.setRemoteDescription(right.localDescription)
    async with asyncio.timeout(20):
        await opened.wait()
        for size in (1, 10_000, 60_000):
            there.send(bytes(size))
            assert await back.get() == bytes(size)


@pytest.mark.parametrize("way", [Way.UDP, Way.TLS, Way.WEBSOCKET])
async def test_two_peer_connections_meet(turn: TurnServer, certificates: Certificates, way: Way) -> None:
    async with AsyncExitStack() as undo:
        side = await undo.enter_async_context(server_side(turn, certificates))
        reach = structs.replace(
            side.reach,
            turn_udp=side.reach.turn_udp if way is Way.UDP else (),
            turn_tls=() if way is Way.WEBSOCKET else side.reach.turn_tls,
        )
        plans = []
        for who in ("a", "b"):
            scout = Scout(side.around)
            undo.push_async_callback(scout.close)
            await scout.look(reach)
            side.bridge.tickets.add(who * 32)
            plan = await scout.prove(lease(who * 32, who=who), no_ticket)
            undo.push_async_callback(plan.close)
            assert plan.way is way
            plans.append(plan)
        left, right = map(peer, plans)
        await meet(left, right)
        await left.close()
        await right.close()


async def test_a_server_that_answers_byte_by_byte_is_not_waited_for(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remotedesk.transport.reach.scout.LOOK_WITHIN_S", 0.5)

    over, ended = asyncio.Event(), asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in b"\x01\x01\x00\x0c\x21\x12\xa4\x42" + bytes(24):
            writer.write(bytes([byte]))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.1)
                break
        writer.transport.abort()
        ended.set()

    server = await asyncio.start_server(drip, HOST, 0, ssl=server_context(certificates))
    async with server:
        scout = Scout(Surroundings(ServerAddress(HOST, 1), Trust(ca_file=certificates.authority), (DirectDialer(),)))
        survey = await scout.look(Reach((), (), (at(server.sockets[0].getsockname()[1]),), False))
        over.set()
        await ended.wait()
        assert [attempt.code for attempt in survey.attempts] == [ErrorCode.WAY_BLOCKED]
        await scout.close()


async def test_a_losing_way_gives_back_what_it_was_given(turn: TurnServer, certificates: Certificates) -> None:
    """Both succeed at the same time, and the quota of a side allows no leftovers."""
    async with server_side(turn, certificates) as side:
        scout = Scout(side.around)
        await scout.look(structs.replace(side.reach, turn_udp=(), turn_tls=side.reach.turn_tls * 2))
        for _ in range(5):
            plan = await scout.prove(lease(), no_ticket)
            assert plan.way is Way.TLS
            await plan.close()
        await scout.close()
        assert not scout._leftovers


async def test_names_are_not_asked_for_again_on_the_way_back(
    turn: TurnServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver hangs, as it does while the network is gone, and one family of the name's addresses is dead."""
    async with server_side(turn, certificates) as side:
        around = replace(side.around, address=ServerAddress("localhost", 1), allowed_hosts=frozenset({"localhost"}))
        scout = Scout(around)
        udp = (f"localhost:{turn.port}",)
        await scout.look(Reach(udp, udp, (), False))

        async def hang(endpoint: Endpoint) -> list[tuple[str, int]]:
            await asyncio.Event().wait()
            return []

        monkeypatch.setattr("remotedesk.transport.reach.scout.resolve", hang)
        plan = await scout.prove(lease(), no_ticket)
        assert plan.way is Way.UDP
        await scout.close()


async def test_a_ticket_that_has_become_too_old_is_not_tried(
    turn: TurnServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remotedesk.transport.reach.scout.TICKET_FOR_S", -1.0)
    async with server_side(turn, certificates) as side:
        scout = Scout(side.around)
        await scout.look(Reach((), (), (), True))
        assert (await scout.prove(lease(), no_ticket)).turn is None
        assert [attempt.code for attempt in scout.survey.attempts] == [ErrorCode.STATE_FORBIDS]

        async def fresh() -> str:
            return TICKET

        plan = await scout.prove(lease("U" * 32), fresh)
        assert plan.way is Way.WEBSOCKET
        await plan.close()
        await scout.close()


async def test_without_a_port_for_the_tunnel_nothing_is_left_open(
    turn: TurnServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_port(tunnel: LocalTunnel) -> None:
        raise OSError

    monkeypatch.setattr(LocalTunnel, "open", no_port)
    async with server_side(turn, certificates) as side:
        scout = Scout(side.around)
        await scout.look(structs.replace(side.reach, turn_udp=()))
        plan = await scout.prove(lease(), no_ticket)
        assert (plan.turn, plan.tunnel, plan.way) == (None, None, None)
        await scout.close()
