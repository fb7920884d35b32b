"""A customer's client in a process of its own on a real X display, for tests that kill it. He allows what he is asked.

python -m tests.support.customer_process PORT RECORDS DISPLAY NUMBER
"""

import sys
import time
from pathlib import Path

from remotedesk.core.consent import PROMPT_ARMS_AFTER_S
from remotedesk.core.session_number import SessionNumber
from remotedesk.engine.customer import CustomerEngine
from remotedesk.engine.events import Asked, EngineEvent, StateChanged
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.x11.platform import X11Platform
from remotedesk.transport.server_address import ServerAddress, Trust


def _serve(port: str, records: str, display: str, number: str) -> None:
    engine: CustomerEngine

    def hear(event: EngineEvent) -> None:
        if isinstance(event, Asked):
            time.sleep(PROMPT_ARMS_AFTER_S + 0.02)
            engine.answer(event.number, event.features)
        elif isinstance(event, StateChanged):
            print("state", event.state, flush=True)

    options = EngineOptions(ServerAddress.parse(f"ws://127.0.0.1:{port}"), Trust(), Path(records))
    engine = CustomerEngine(options, X11Platform({"DISPLAY": display}), hear)
    engine.join(SessionNumber.parse(number), "killed")
    sys.stdin.read()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
