"""Bounded field types shared by the messages."""

from typing import Annotated

from msgspec import Meta

Routing = Annotated[str, Meta(pattern=r"\A[0-9]{5}\Z")]
Code = Annotated[str, Meta(pattern=r"\ARD-[0-9]{3}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
Token = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{22,64}\Z")]
Credential = Annotated[str, Meta(min_length=1, max_length=128)]
# A host name or address and a port; IPv6 in brackets.
Endpoint = Annotated[str, Meta(pattern=r"\A([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}\Z")]
Endpoints = Annotated[tuple[Endpoint, ...], Meta(max_length=4)]
# Base64 without line breaks, as msgspec encodes bytes; 60,000 bytes are 80,000 characters.
Payload = Annotated[bytes, Meta(max_length=60_000)]
Key32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Sequence = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Sdp = Annotated[str, Meta(min_length=1, max_length=32_000)]
Capability = Annotated[str, Meta(pattern=r"\A[a-z0-9_.]{1,32}\Z")]
Capabilities = Annotated[tuple[Capability, ...], Meta(max_length=32)]
Version = Annotated[int, Meta(ge=1, le=1_000)]
