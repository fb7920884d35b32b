"""Stops media at once: a picture that is being encoded when the customer ends must not leave after all."""

from typing import NoReturn

from aiortc import RTCPeerConnection


def hush(pc: RTCPeerConnection) -> None:
    """Let no RTP or RTCP packet out of `pc` any more; from any thread, and for good.

    aiortc's sender takes the ConnectionError for the end of the transport, and ends. Data channels go on.
    """
    for sender in pc.getSenders():
        sender.transport._send_rtp = _refuse  # type: ignore[method-assign, assignment]


async def _refuse(_data: bytes) -> NoReturn:
    raise ConnectionError("hushed")
