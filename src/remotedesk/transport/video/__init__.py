"""Moving pictures as AV1, H.264 or VP8: encoders and decoders behind one port, and the choice among them.

It knows neither RTP nor data channels; whoever sends or shows pictures stands on it.
"""

from remotedesk.transport.video.decoder import decodable, open_decoder
from remotedesk.transport.video.encoder import REOPEN_FACTOR
from remotedesk.transport.video.hardware import probe_hardware
from remotedesk.transport.video.ladder import Ladder, Option, Rung
from remotedesk.transport.video.opening import STILL_ENCODER, open_encoder, open_still_encoder
from remotedesk.transport.video.picture import coded_size, frame_of, pixels_of
from remotedesk.transport.video.port import Effort, EncodedFrame, VideoCodec, VideoDecoder, VideoEncoder
from remotedesk.transport.video.software import software_options

__all__ = [
    "REOPEN_FACTOR",
    "STILL_ENCODER",
    "Effort",
    "EncodedFrame",
    "Ladder",
    "Option",
    "Rung",
    "VideoCodec",
    "VideoDecoder",
    "VideoEncoder",
    "coded_size",
    "decodable",
    "frame_of",
    "open_decoder",
    "open_encoder",
    "open_still_encoder",
    "pixels_of",
    "probe_hardware",
    "software_options",
]
