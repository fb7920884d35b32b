"""A server that learned nothing gets no more guesses at the secret than a person would."""

import asyncio
from pathlib import Path

from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.customer import CustomerEngine
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import GuessFailed, NumberIssued, SignedIn
from remotedesk.engine.guesses import Guesses
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.fakes.guessing_server import ROUTING, GuessingServer, VanishingServer
from tests.support.sessions import Heard


async def test_without_the_engineers_yes_there_is_one_guess(tmp_path: Path) -> None:
    """Three seconds are time for dozens; only the count is judged."""
    async with GuessingServer() as server:
        heard = Heard()
        address = ServerAddress.parse(f"ws://127.0.0.1:{server.port}")
        engineer = EngineerEngine(EngineOptions(address, Trust(), tmp_path), FakePlatform(), heard)
        try:
            engineer.sign_in("hanako", "password")
            await asyncio.to_thread(heard.wait, SignedIn)
            engineer.issue_number()
            await asyncio.to_thread(heard.wait, NumberIssued)
            await asyncio.sleep(3)
            assert server.answered == 1
        finally:
            await asyncio.to_thread(engineer.close)


def number() -> SessionNumber:
    return SessionNumber(ROUTING, "123456")


async def test_a_server_that_vanishes_with_the_proof_gets_three_however_often_he_types(
    tmp_path: Path,
) -> None:
    guesses = Guesses()
    async with VanishingServer(mute=False) as server:
        options = EngineOptions(ServerAddress.parse(f"ws://127.0.0.1:{server.port}"), Trust(), tmp_path)
        codes = []
        for _ in range(5):
            heard = Heard()
            customer = CustomerEngine(options, FakePlatform(), heard, guesses)
            try:
                customer.join(number(), "Taro Yamada")
                codes.append((await asyncio.to_thread(heard.state, State.ENDED)).code)
            finally:
                await asyncio.to_thread(customer.close)
        assert codes == 3 * [ErrorCode.SERVER_LOST] + 2 * [ErrorCode.NUMBER_BURNT]
        assert server.guesses == 3


async def test_the_customer_hears_of_a_guess_that_the_server_says_nothing_of(tmp_path: Path) -> None:
    async with VanishingServer(mute=True) as server:
        heard = Heard()
        options = EngineOptions(ServerAddress.parse(f"ws://127.0.0.1:{server.port}"), Trust(), tmp_path)
        customer = CustomerEngine(options, FakePlatform(), heard)
        try:
            customer.join(number(), "Taro Yamada")
            assert await asyncio.to_thread(heard.wait, GuessFailed) == GuessFailed(ErrorCode.SECRET_WRONG, 2)
        finally:
            await asyncio.to_thread(customer.close)


def test_digits_that_paired_may_come_again() -> None:
    guesses = Guesses()
    for _ in range(5):
        guesses.spend(ROUTING)
        guesses.forget(ROUTING)
    assert guesses.spend(ROUTING) == 2
