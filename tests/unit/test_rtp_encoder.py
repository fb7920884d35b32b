"""What encodes for RTP tries less hard on a machine that is too slow, and harder than it was told on none."""

import time

import av
import pytest

from remotedesk.transport.rtp import sender
from remotedesk.transport.rtp.sender import RtpEncoder, VideoOptions
from remotedesk.transport.video import Effort, EncodedFrame, VideoCodec
from tests.support import moving_picture


class Budget:
    """The budget of a connection that carries a megabit per second."""

    pictures_bps = 1e6


class TimedEncoder:
    """An encoder that takes as long as it is told and makes pictures of one byte."""

    width, height = moving_picture.WIDTH, moving_picture.HEIGHT

    def __init__(self, encode_s: float) -> None:
        self._encode_s = encode_s

    def encode(self, frame: av.VideoFrame, *, keyframe: bool = False) -> EncodedFrame:
        time.sleep(self._encode_s)
        return EncodedFrame(b"\x00", keyframe)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("times_s", "efforts"),
    [
        ({Effort.LESS: 0.001, Effort.LEAST: 0.001}, [Effort.LESS]),
        ({Effort.LESS: 0.030, Effort.LEAST: 0.001}, [Effort.LESS, Effort.LEAST]),
        ({Effort.LESS: 0.030, Effort.LEAST: 0.030}, [Effort.LESS, Effort.LEAST]),
    ],
    ids=["fast", "slow", "very slow"],
)
def test_effort_gives_way_where_pictures_take_too_long(
    monkeypatch: pytest.MonkeyPatch, times_s: dict[Effort, float], efforts: list[Effort]
) -> None:
    opened: list[Effort] = []

    def open_encoder(*_: object, effort: Effort, **__: object) -> TimedEncoder:
        opened.append(effort)
        return TimedEncoder(times_s[effort])

    monkeypatch.setattr(sender, "open_encoder", open_encoder)
    encoder = RtpEncoder(VideoCodec.VP8, Budget(), VideoOptions(frames_per_second=50.0))  # type: ignore[arg-type]
    picture = moving_picture.frame(0)
    for _ in range(30):
        encoder.encode(picture)
    encoder.close()
    assert opened == efforts
