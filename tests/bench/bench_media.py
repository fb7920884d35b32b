"""How fast the rate follows the link between our media side and Chromium, each codec both ways: `name value unit`.

    make bench-media

The link goes 2,500 → 400 → 2,500 kbit/s, with 10 ms each way. Per combination: seconds to the first whole picture, to
700 kbit/s, until less is sent than the thin link carries, and from there back to 700 kbit/s; then pictures a second.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

from remotedesk.transport.video import VideoCodec
from tests.support.chromium import chromium_tab
from tests.support.media_browser import BROWSERS, FLAGS, OURS, Call, call

WIDE_KBPS: Final = 2_500
THIN_KBPS: Final = 400
MUCH_BPS: Final = 700_000.0
LOOKED_S: Final = 3.0
NAMES: Final = {OURS: "to-chromium", BROWSERS: "from-chromium"}


async def measure(codec: VideoCodec, sender: int) -> dict[str, float]:
    """Return the figures of one combination."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with chromium_tab(Path(folder) / "profile", *FLAGS) as tab:
            began = time.monotonic()
            async with call(tab, codec, sender, WIDE_KBPS) as link:
                await link.moves(pictures=1)
                figures["first_s"] = time.monotonic() - began
                await link.sends(at_least_bps=MUCH_BPS)
                figures["much_s"] = time.monotonic() - began
                for name, kbps, least, most in (
                    ("down_s", THIN_KBPS, 0.0, 1_000.0 * THIN_KBPS),
                    ("up_s", WIDE_KBPS, MUCH_BPS, float("inf")),
                ):
                    changed = time.monotonic()
                    link.relay.change(kbps)
                    await link.sends(at_least_bps=least, below_bps=most)
                    figures[name] = time.monotonic() - changed
                figures["fps"] = await _pictures_a_second(link)
    return figures


async def _pictures_a_second(link: Call) -> float:
    async def count() -> int:
        if link.sender == BROWSERS:
            return link.decoded
        found = [report for report in await link.figures() if report["type"] == "inbound-rtp"]
        return int(found[0]["framesDecoded"])

    before, began = await count(), time.monotonic()
    await asyncio.sleep(LOOKED_S)
    return (await count() - before) / (time.monotonic() - began)


def main() -> None:
    """Print all figures."""
    for sender, name in NAMES.items():
        for codec in VideoCodec:
            for figure, value in asyncio.run(measure(codec, sender)).items():
                unit = "1/s" if figure == "fps" else "s"
                print(f"media.{name}.{codec.lower()}.{figure} {value:.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
