"""What travels inside a sealed envelope, client to client."""

from typing import Annotated

from msgspec import Meta

from remotedesk.core.consent import Feature
from remotedesk.wire.codec import Codec, Message
from remotedesk.wire.fields import Code, Key32, Name, Sdp

LARGEST = 33_000

Head = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
FeatureList = Annotated[tuple[Feature, ...], Meta(max_length=16)]

CandidateLine = Annotated[str, Meta(min_length=1, max_length=512)]
CandidateLines = Annotated[tuple[CandidateLine, ...], Meta(max_length=16)]


class CodeCommit(Message, frozen=True):
    """Customer: SHA-256 commitment to his nonce for the comparison code."""

    commitment: Key32


class CodeNonce(Message, frozen=True):
    """Engineer: his nonce, in the open, after the commitment."""

    nonce: Key32


class CodeReveal(Message, frozen=True):
    """Customer: the nonce he committed to."""

    nonce: Key32


class CustomerDetails(Message, frozen=True):
    """Customer: the name he typed; the server never sees it."""

    name: Name


class Ask(Message, frozen=True):
    """Engineer: what he would like to do. It is only a question."""

    features: FeatureList


class Answer(Message, frozen=True):
    """Customer: what he allowed; empty means no."""

    features: FeatureList


class Description(Message, frozen=True):
    """Either side: SDP, applied only after it has been opened. The customer offers, the engineer answers."""

    sdp: Sdp


class LateCandidates(Message, frozen=True):
    """Either side, after its description: more candidates (RFC 8839), as lines without `a=`; no more follow."""

    candidates: CandidateLines


class Goodbye(Message, frozen=True):
    """Either side ends; for when the connection does not stand. `head` is the sender's final audit head."""

    code: Code
    head: Head


SealedMessage = (
    CodeCommit | CodeNonce | CodeReveal | CustomerDetails | Ask | Answer | Description | LateCandidates | Goodbye
)
SEALED: Codec[SealedMessage] = Codec(SealedMessage, LARGEST)
