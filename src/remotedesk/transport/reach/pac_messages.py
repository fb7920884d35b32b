"""What a process that runs a proxy script reads and writes, a line of JSON each; they never leave this machine."""

import msgspec


class Task(msgspec.Struct, frozen=True):
    """What to run. `address` is this machine's own."""

    script: str
    url: str
    host: str
    address: str


class Address(msgspec.Struct, frozen=True):
    """The IPv4 address of a name that was asked about; none if there is no such name."""

    address: str | None


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """Either a name to look up, or what the script returned; nothing if it failed."""

    resolve: str | None = None
    result: str = ""
