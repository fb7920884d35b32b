"""What the command line decides for the windows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from remotedesk.engine.doctor import NetworkReport, Step


class RunsCheck(Protocol):
    """One look at the network, see engine.doctor.NetworkCheck."""

    def run(self) -> NetworkReport | None:
        """Look; blocks. None if it was cancelled."""

    def cancel(self) -> None:
        """Have it end soon; from any thread."""


MakeCheck = Callable[[Callable[[Step], None]], RunsCheck]


@dataclass(frozen=True)
class ServeInfo:
    """What the customer needs to reach a server that runs inside the engineer's client."""

    address: str
    fingerprint: str


@dataclass(frozen=True)
class UiOptions:
    """`language` is "ja" or "en", None to follow the system; `number` is prefilled as it was given, right or wrong.

    `make_check` makes a look at the network; its argument is told the steps, from another thread.
    For the engineer: `serve_info` is shown to be passed on; `auto_sign_in` is a name and password used at once.
    """

    language: str | None = None
    number: str = ""
    server_name: str = ""
    make_check: MakeCheck | None = field(default=None, repr=False)
    serve_info: ServeInfo | None = None
    auto_sign_in: tuple[str, str] | None = field(default=None, repr=False)
