"""What the command line decides for the windows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UiOptions:
    """`language` is "ja" or "en", None to follow the system; `number` is prefilled as it was given, right or wrong."""

    language: str | None = None
    number: str = ""
    server_name: str = ""
