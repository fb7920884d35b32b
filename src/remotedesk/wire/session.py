"""Messages on the `session` data channel: reliable and ordered."""

from typing import Annotated

from msgspec import Meta

from remotedesk.core.consent import Suspension
from remotedesk.wire.codec import Codec, Message
from remotedesk.wire.fields import Code, Key32
from remotedesk.wire.sealed import FeatureList, Head

LARGEST = 4_096


class Verify(Message, frozen=True):
    """First on the channel, from both: proves the session key over both certificates' fingerprints."""

    mac: Key32


class Ping(Message, frozen=True):
    """Once a second; silence for 5 s is a lost connection. Carries the sender's audit head."""

    head: Head


class AskFeatures(Message, frozen=True):
    """Engineer: asks for more while the session lives."""

    features: FeatureList


class Granted(Message, frozen=True):
    """Customer: what is allowed right now, in full; sent after every change."""

    features: FeatureList
    suspended: Annotated[tuple[Suspension, ...], Meta(max_length=4)] = ()


class InputRefused(Message, frozen=True):
    """Customer: the last input was not injected, and why; at most one a second."""

    code: Code


class ChannelClosed(Message, frozen=True):
    """Either side: it has closed one of the other channels, because of what came through it."""

    channel: Annotated[str, Meta(pattern=r"\A[a-z]{1,16}\Z")]
    code: Code


class End(Message, frozen=True):
    """Either side: it is over; `head` is the final audit head of the sender."""

    code: Code
    head: Head


SessionMessage = Verify | Ping | AskFeatures | Granted | InputRefused | ChannelClosed | End
SESSION: Codec[SessionMessage] = Codec(SessionMessage, LARGEST)
