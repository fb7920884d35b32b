"""Inside a connection nothing is heard from whoever has not proven the session's key."""

import pytest

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode, RemotedeskError
from remotedesk.core.role import Role
from remotedesk.engine.connection import Connection
from remotedesk.transport.handshake import Paired
from remotedesk.transport.pairing import Binding
from remotedesk.transport.peer import PeerLink
from remotedesk.transport.sealing import SealedChannel
from remotedesk.transport.session_keys import SessionKeys
from remotedesk.wire.session import AskFeatures, SessionMessage, Verify

QUESTION = AskFeatures((Feature.CONTROL,))


def customer_keys() -> Paired:
    keys = SessionKeys(bytes(32), bytes(32))
    return Paired(Role.CUSTOMER, Binding("localhost", "12345"), (), keys, SealedChannel(keys, Role.CUSTOMER))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ((Verify(bytes(32)), QUESTION), ErrorCode.PEER_UNPROVEN),
        ((QUESTION, Verify(bytes(32))), ErrorCode.MESSAGE_OUT_OF_ORDER),
    ],
)
async def test_what_comes_with_a_wrong_proof_is_not_heard(said: tuple[SessionMessage, ...], code: ErrorCode) -> None:
    customer, engineer = PeerLink(), PeerLink()
    heard: list[SessionMessage] = []
    try:
        await customer.accept(await engineer.answer(await customer.offer()))
        connection = Connection(customer, customer_keys(), lambda: "0" * 64, heard.append)
        await engineer.opened()
        for message in said:
            engineer.session.send(message)
        with pytest.raises(RemotedeskError) as caught:
            await connection.verify(10.0)
        assert caught.value.code is code
        await connection.close()
        assert heard == []
    finally:
        await customer.close()
        await engineer.close()
