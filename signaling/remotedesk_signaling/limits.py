"""Every number that bounds what one client, one address, one account or all of them may take."""

from dataclasses import dataclass, fields, replace
from typing import Self

from remotedesk.core.session_number import ROUTING_DIGITS

ROUTING_SPACE = 10**ROUTING_DIGITS


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes, rates per minute; a burst of a minute's worth is allowed."""

    # Numbers and sessions.
    number_lifetime_s: float = 600.0
    joined_grace_s: float = 60.0  # who joined in the last minute may still finish
    remember_s: float = 1_800.0  # a number that is gone is known as such, and not issued again, for this long
    remembered_most: int = 50_000
    live_numbers_most: int = ROUTING_SPACE // 5 - 1
    sessions_most: int = 40_000
    guesses: int = 3
    resume_s: float = 600.0  # a paired session waits this long for a lost side
    kept_s: float = 86_400.0  # a paired session older than this is not found again after a restart

    # Per account.
    issues_per_minute: int = 20
    live_numbers_per_account: int = 10
    failed_sign_ins_per_minute: int = 30

    # Per session and per side of one.
    leases_per_minute: int = 12
    bridges_per_side: int = 3  # one in use, and those of a network that is gone

    # Per address (IPv6: per /64).
    bridges_per_address: int = 100
    leases_per_minute_and_address: int = 120
    preflights_per_minute: int = 24  # transfers to measure the line by: two each time
    sockets_per_address: int = 200
    joins_per_minute: int = 30
    sign_ins_per_minute: int = 30
    failed_sign_ins_per_account_and_address: int = 10  # a minute
    tracked_most: int = 20_000  # addresses and accounts whose rates are remembered

    # Per socket.
    messages_burst: int = 100
    messages_per_second: float = 20.0
    bytes_burst: int = 512 * 1024
    bytes_per_second: float = 128 * 1024
    queued_messages_most: int = 256
    queued_bytes_most: int = 1024 * 1024
    heartbeat_s: float = 20.0
    idle_s: float = 300.0  # neither signed in nor in a session
    close_s: float = 2.0  # for the closing handshake, then the connection is cut

    # Per bridge.
    ticket_s: float = 60.0
    bridge_connect_s: float = 5.0
    bridge_buffer_bytes: int = 64 * 1024  # waiting to be written, each way, before reading stops

    # Per measurement of a line.
    preflight_s: float = 3.0
    preflight_down_bytes: int = 2 * 1024 * 1024
    preflight_up_bytes: int = 1024 * 1024

    # Whole server.
    preflights_most: int = 20
    bridges_most: int = 1_000
    sockets_most: int = 50_000
    sign_ins_waiting_most: int = 64
    request_s: float = 10.0  # from connecting to a complete HTTP request
    sweep_s: float = 1.0

    def with_values(self, given: dict[str, str]) -> Self:
        """Return a copy with some fields given as text; raises ValueError for an unknown name or a bad number."""
        known = {field.name: field.type for field in fields(self)}
        changes: dict[str, float] = {}
        for name, text in given.items():
            if name not in known:
                raise ValueError(f"no such limit: {name}")
            value = int(text) if known[name] is int else float(text)
            if not 0 < value < float("inf"):
                raise ValueError(f"{name} must be a positive number")
            changes[name] = value
        changed: Self = replace(self, **changes)  # type: ignore[arg-type]
        if changed.live_numbers_most >= ROUTING_SPACE // 5:
            raise ValueError("live_numbers_most must stay under a fifth of the routing space")
        return changed
