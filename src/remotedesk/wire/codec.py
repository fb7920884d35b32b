"""Bytes to bounded structs and back: the only way anything from the network becomes a value."""

from typing import Any, Final, Generic, TypeVar

import msgspec

from remotedesk.core.errors import ErrorCode, ProtocolError

T = TypeVar("T")


class Message(msgspec.Struct, frozen=True, tag_field="type", tag=True):
    """Base of every message: JSON object with a `type` naming the struct; unknown fields are ignored."""


class Codec(Generic[T]):
    """Encodes and decodes one closed set of messages, given as a union, under one size limit in bytes."""

    def __init__(self, messages: Any, largest: int) -> None:
        self.largest: Final = largest
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(messages)
        self._encoder = msgspec.json.Encoder()

    def encode(self, message: T) -> bytes:
        """Return the message as UTF-8 JSON.

        Raises ProtocolError: MESSAGE_TOO_BIG, MESSAGE_MALFORMED (a field out of bounds, half a character, a message of
        another set): what the other side would refuse is never sent.
        """
        name = type(message).__name__
        try:
            data = self._encoder.encode(message)
        except (TypeError, UnicodeEncodeError):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, name) from None
        if len(data) > self.largest:
            raise ProtocolError(ErrorCode.MESSAGE_TOO_BIG, name)
        self.decode(data)
        return data

    def decode(self, data: bytes) -> T:
        """Return the message in `data`.

        Raises ProtocolError: MESSAGE_TOO_BIG, MESSAGE_MALFORMED (not JSON, unknown type, a field missing or out of
        bounds). Never quotes the data: it may be somebody's text.
        """
        if len(data) > self.largest:
            raise ProtocolError(ErrorCode.MESSAGE_TOO_BIG)
        try:
            return self._decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED) from None
