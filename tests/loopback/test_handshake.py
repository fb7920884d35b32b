"""Two honest clients pair, compare codes and come back, over an honest relay."""

import asyncio

from remotedesk.transport.handshake import (
    compare_as_customer,
    compare_as_engineer,
    pair_as_customer,
    pair_as_engineer,
    resume_as_customer,
    resume_as_engineer,
)
from remotedesk.transport.pairing import Binding, PairingTerms
from remotedesk.wire.sealed import CustomerDetails
from tests.fakes.direct_relay import DirectRelay

BINDING = Binding("support.example.com", "12345")
CUSTOMER = PairingTerms("271828", BINDING, ("screen.1", "chat.1"))
ENGINEER = PairingTerms("271828", BINDING, ("screen.1",))


async def test_pair_compare_talk_and_resume() -> None:
    left, right = DirectRelay.pair()
    customer, engineer = await asyncio.gather(pair_as_customer(left, CUSTOMER), pair_as_engineer(right, ENGINEER))
    assert customer.peer_capabilities == ("screen.1",)
    assert engineer.peer_capabilities == ("screen.1", "chat.1")
    codes = await asyncio.gather(compare_as_customer(left, customer), compare_as_engineer(right, engineer))
    assert codes[0] == codes[1]
    assert len(codes[0]) == 4

    await customer.send(left, CustomerDetails("山田 太郎"))
    assert await engineer.receive(right) == CustomerDetails("山田 太郎")

    fresh = await asyncio.gather(resume_as_customer(left, customer), resume_as_engineer(right, engineer))
    assert customer.keys.wiped
    assert not engineer.keys.wiped
    await fresh[0].send(left, CustomerDetails("Taro Yamada"))
    assert await fresh[1].receive(right) == CustomerDetails("Taro Yamada")
    assert engineer.keys.wiped
