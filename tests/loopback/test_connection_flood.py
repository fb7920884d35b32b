"""A peer that begins messages and never ends them fills nobody's memory."""

import asyncio

import pytest
from aiortc.rtcsctptransport import SCTP_DATA_FIRST_FRAG, DataChunk, tsn_plus_one

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.role import Role
from remotedesk.engine import connection as connection_module
from remotedesk.engine.connection import Connection
from remotedesk.transport.handshake import Paired
from remotedesk.transport.pairing import Binding
from remotedesk.transport.peer import PeerLink
from remotedesk.transport.sealing import SealedChannel
from remotedesk.transport.session_keys import SessionKeys

PIECE = bytes(1_100)
PATIENCE_S = 20.0


async def send_pieces_without_end(link: PeerLink, count: int) -> None:
    """Send the first pieces of one message, with no regard to the room the other side says it has.

    A machine under load drops many of them, so there should be more than enough.
    """
    sctp = link._pc.sctp
    assert sctp is not None
    for at in range(count):
        chunk = DataChunk(flags=0 if at else SCTP_DATA_FIRST_FRAG)
        chunk.tsn, chunk.stream_id, chunk.stream_seq, chunk.protocol = sctp._local_tsn, 1, 5, 53
        chunk.user_data = PIECE
        sctp._local_tsn = tsn_plus_one(sctp._local_tsn)
        await sctp._send_chunk(chunk)
        if at % 100 == 0:
            await asyncio.sleep(0.02)


async def test_messages_that_never_end_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    # A slow machine takes longer to fill up than a peer may be silent, which would end the connection, too.
    monkeypatch.setattr(connection_module, "SILENT_AFTER_S", PATIENCE_S)
    customer, engineer = PeerLink(), PeerLink()
    keys = SessionKeys(bytes(32), bytes(32))
    paired = Paired(Role.CUSTOMER, Binding("localhost", "12345"), (), keys, SealedChannel(keys, Role.CUSTOMER))
    await customer.accept(await engineer.answer(await customer.offer()))
    connection = Connection(customer, paired, lambda: "0" * 64, lambda _: None)
    await engineer.opened()
    watching = asyncio.create_task(connection.watch())
    sending = asyncio.create_task(send_pieces_without_end(engineer, 25_000))
    try:
        with pytest.raises(ProtocolError) as caught:
            await asyncio.wait_for(watching, PATIENCE_S)
        assert caught.value.code is ErrorCode.MESSAGE_FLOOD
        await connection.close()
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await customer.close()
        await engineer.close()
