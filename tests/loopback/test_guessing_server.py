"""A server that learned nothing gets no more guesses at the secret than a person would."""

import asyncio
from pathlib import Path

from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import NumberIssued, SignedIn
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.fakes.guessing_server import GuessingServer
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
