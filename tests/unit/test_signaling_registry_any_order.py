"""Whatever clients do in whatever order, the registry keeps its promises."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, RemotedeskError
from remotedesk.wire import signaling as wire
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.registry import Registry
from remotedesk_signaling.sessions import Client, Engineer, Phase, Session

WHO = Engineer("Hanako Sato", "Sample Support K.K.")
LIMITS = Limits(number_lifetime_s=50.0, joined_grace_s=5.0, resume_s=10.0, remember_s=20.0, live_numbers_per_account=2)
ACTS = (
    "issue", "join", "resume", "relay", "guess_failed", "allow_retry", "paired", "burn", "leave", "lost", "sweep",
    "lease",
)  # fmt: skip


class CountingClient(Client):
    """A socket's stand-in that remembers the digits and tokens it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.routing = "00000"
        self.tokens = ["A" * 22]

    def send(self, message: wire.ToClient) -> None:
        wire.TO_CLIENT.decode(wire.TO_CLIENT.encode(message))  # whatever is told fits the wire
        if isinstance(message, wire.Issued):
            self.routing = message.routing
        if isinstance(message, (wire.Issued, wire.Joined)):
            self.tokens.append(message.token)

    def drop(self, code: ErrorCode) -> None:
        assert self.seat is None


def _act(registry: Registry, act: str, client: CountingClient, other: CountingClient, now: float) -> None:
    match act:
        case "issue":
            registry.issue(client, WHO, now)
        case "join":
            registry.join(client, other.routing, now)
        case "resume":
            registry.resume(client, other.tokens[-1])
        case "relay":
            registry.relay(client, wire.Relay(b"x"))
        case "allow_retry":
            registry.allow_retry(client)
        case "lease":
            assert registry.paired_seat(client).session.phase is Phase.PAIRED
        case "sweep":
            registry.sweep(now)
        case _:
            getattr(registry, act)(client, now)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(0, 3), st.floats(0, 3)), max_size=80))
def test_any_order_keeps_the_promises(steps: list[tuple[str, int, int, float]]) -> None:
    ended: list[Session] = []
    registry, now = Registry(LIMITS, ended=ended.append), 0.0
    clients = [CountingClient() for _ in range(4)]
    for act, one, two, seconds in steps:
        now += seconds
        with contextlib.suppress(RemotedeskError):  # a refusal; anything else fails the test
            _act(registry, act, clients[one], clients[two], now)
        assert registry.waiting <= LIMITS.live_numbers_per_account
        assert registry.waiting <= registry.sessions
        for client in clients:
            seat = client.seat
            if seat is not None:
                assert seat.client is client
                assert 0 < seat.session.guesses_left <= LIMITS.guesses
    for client in clients:
        registry.lost(client, now)
    registry.sweep(now + 1_000.0)
    assert registry.sessions == registry.waiting == 0
    assert len(ended) == len(set(ended))
    assert not registry._by_token
    assert not registry._live_by_account
