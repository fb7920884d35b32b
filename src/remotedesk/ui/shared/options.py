"""What the command line decides for the windows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ServeInfo:
    """What the customer needs to reach a server that runs inside the engineer's client."""

    address: str
    fingerprint: str


@dataclass(frozen=True)
class UiOptions:
    """`language` is "ja" or "en", None to follow the system; `number` is prefilled as it was given, right or wrong.

    For the engineer: `serve_info` is shown to be passed on; `auto_sign_in` is a name and password used at once.
    """

    language: str | None = None
    number: str = ""
    server_name: str = ""
    serve_info: ServeInfo | None = None
    auto_sign_in: tuple[str, str] | None = field(default=None, repr=False)
