"""Outages in the middle of a session: the cable is out for a while, and the engineer goes on typing."""

import itertools
import threading
import time
from dataclasses import dataclass
from typing import Final

from remotedesk.core.consent import Feature
from tests.network.cases import ONLY_443, OPENED_ON_ITS_WAY, Case
from tests.network.host import Host
from tests.network.lab import Office
from tests.network.meeting import Meeting

ROUTES: Final = {
    "direct": Case("direct", direct=True),
    "turn_tls": Case("TURN over TLS", ONLY_443, ONLY_443),
    "websocket": Case("WebSocket", OPENED_ON_ITS_WAY, OPENED_ON_ITS_WAY),
}
LASTING_S: Final = (3, 10, 25, 40, 120)
_TYPED_EVERY_S: Final = 0.1
_BACK_WITHIN_S: Final = 30.0
_CONTROL_STAYS_S: Final = 60  # after a longer outage the customer is asked again
_HELD: Final = "ShiftLeft"


@dataclass(frozen=True)
class Back:
    """Seconds from the moment the network is there again."""

    picture_s: float
    control_s: float  # something typed arrives; after a long outage, the customer is asked for control again


class Typist:
    """An engineer who types a number every tenth of a second, each greater than the last."""

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._type, name="typist")
        self._thread.start()

    def _type(self) -> None:
        for number in itertools.count(time.monotonic_ns()):
            self._meeting.engineer.say("text", f"typed {number}")
            if self._over.wait(_TYPED_EVERY_S):
                return

    def rest(self) -> None:
        """Stop typing."""
        self._over.set()
        self._thread.join()


def live_through(meeting: Meeting, office: Office, client: Host, lasting_s: float) -> Back:
    """Pull a client's cable for so long while the engineer types and holds a key; return when all is back.

    Fails if something typed arrives twice or out of order, a key stays pressed, or the picture is not exact again.
    """
    customer, engineer = meeting.peers
    since = customer.mark()
    engineer.say("key", _HELD, True)
    customer.wait("injected", since=since, arguments=[_HELD, True])
    typist = Typist(meeting)
    try:
        office.unplug(client)
        try:
            time.sleep(lasting_s)
        finally:
            marks = customer.mark(), engineer.mark()
            office.plug(client)
        back_at = time.monotonic()
        if lasting_s > _CONTROL_STAYS_S:
            for peer, mark in zip(meeting.peers, marks, strict=True):
                peer.wait("state", since=mark, state="active", timeout_s=_BACK_WITHIN_S)
            engineer.say("ask", Feature.CONTROL)
        picture = engineer.wait("picture", since=marks[1], timeout_s=_BACK_WITHIN_S)
        typed = customer.wait("injected", since=marks[0], method="text", timeout_s=_BACK_WITHIN_S)
        asked = customer.heard("asked", marks[0])
        engineer.wait("picture", since=engineer.mark(), exact=True, timeout_s=_BACK_WITHIN_S)
    finally:
        typist.rest()
    _require_sound(meeting)
    control = asked[0] if asked else typed
    return Back(picture["at"] - back_at, control["at"] - back_at)


def _require_sound(meeting: Meeting) -> None:
    """Fail if anything was typed twice or out of order, or a key is still pressed once it has been let go of."""
    customer, engineer = meeting.peers
    since = customer.mark()
    engineer.say("key", _HELD, False)
    engineer.say("text", "typed last")
    customer.wait("injected", since=since, arguments=["typed last"])
    customer.say("count")
    assert customer.wait("count", since=since)["held"] == []
    typed = [line["arguments"][0] for line in customer.heard("injected", method="text")]
    numbers = [int(text.removeprefix("typed ")) for text in typed if text.startswith("typed ") and text != "typed last"]
    assert numbers == sorted(set(numbers)), "something was typed twice, or out of order"
