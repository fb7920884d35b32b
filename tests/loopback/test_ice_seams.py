"""What transport/peer.py stands on in aioice's and aiortc's insides; it fails when they change under it."""

import asyncio
import inspect
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from aioice import stun, turn
from aioice.ice import Connection
from aiortc import RTCIceTransport

from remotedesk.core.reach import Way
from remotedesk.transport.peer import CHECK_AGAIN_S, PeerLink
from remotedesk.transport.reach.plan import Plan, RelayServer
from tests.support.turn_server import HOST, TurnServer, credentials

PINNED: Final[dict[tuple[object, str], str]] = {
    (stun.Transaction, "__init__"): "be1622dc921927d6",
    (turn.TurnTransport, "__init__"): "a59db3a6548e963d",
    (turn.TurnClientUdpProtocol, "_send"): "1ef48e2ae8817f44",
    (Connection, "connect"): "da51be46190141ee",
    (Connection, "close"): "25dcfac536f5f37c",
    (RTCIceTransport, "start"): "54279d028c0eb849",
    (RTCIceTransport, "stop"): "21ec0a44c16c9316",
}


@pytest.mark.parametrize(("owner", "name"), PINNED, ids=lambda part: getattr(part, "__name__", part))
def test_it_is_as_it_was_when_this_was_written(owner: object, name: str) -> None:
    """A changed function is to be read, the seam thought over, and the new digest written here."""
    source = inspect.getsource(getattr(owner, name))
    assert sha256(source.encode()).hexdigest()[:16] == PINNED[owner, name]


class Lossy:
    """Drops what is sent, and remembers when."""

    def __init__(self) -> None:
        self.sent_at: list[float] = []

    def send_stun(self, message: stun.Message, addr: tuple[str, int]) -> None:
        """Take a message."""
        self.sent_at.append(asyncio.get_running_loop().time())


async def test_a_check_that_was_lost_is_repeated_soon() -> None:
    wire = Lossy()
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    with pytest.raises(stun.TransactionTimeout):
        await stun.Transaction(request, ("203.0.113.7", 9), wire, retransmissions=1).run()
    first, second = wire.sent_at
    assert CHECK_AGAIN_S <= second - first < stun.RETRY_MAX * CHECK_AGAIN_S


@pytest.mark.skipif(sys.platform == "win32", reason="coturn is for Linux")
async def test_the_way_to_a_relay_is_kept_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = TurnServer(tmp_path)
    lent = credentials()
    relay = RelayServer(HOST, server.port, "udp", lent.username, lent.credential)
    link = PeerLink(Plan(turn=relay, way=Way.UDP))
    said: list[bytes] = []
    try:
        await link.gather()
        send = turn.TurnClientUdpProtocol._send

        def noted(client: turn.TurnClientUdpProtocol, data: bytes) -> None:
            said.append(data)
            send(client, data)

        monkeypatch.setattr(turn.TurnClientUdpProtocol, "_send", noted)
        link.keep_alive()
        kept = [stun.parse_message(data) for data in said]
        assert [(each.message_method, each.message_class) for each in kept] == [
            (stun.Method.BINDING, stun.Class.INDICATION)
        ]
    finally:
        await link.close()
        server.close()
