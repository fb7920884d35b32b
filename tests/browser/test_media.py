"""A real Chromium and our peer connection send one another pictures: they arrive, and the rate adapts, both ways."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from remotedesk.transport.video import VideoCodec
from tests.support.chromium import Tab, chromium_tab
from tests.support.media_browser import BROWSERS, FLAGS, OURS, call

WIDE_KBPS: Final = 2_500
THIN_KBPS: Final = 400
MUCH_BPS: Final = 700_000.0
BACK_BPS: Final = 550_000.0  # more than the thin link carries

pytestmark = pytest.mark.timeout(400)  # several waits for a browser, each of which may be long on a busy machine


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with chromium_tab(tmp_path / "profile", *FLAGS) as opened:
        yield opened


@pytest.mark.parametrize("codec", VideoCodec)
@pytest.mark.parametrize("sender", [OURS, BROWSERS], ids=["to chromium", "from chromium"])
async def test_the_picture_arrives_and_the_rate_adapts(tab: Tab, sender: int, codec: VideoCodec) -> None:
    async with call(tab, codec, sender, WIDE_KBPS) as link:
        await link.moves(pictures=5)
        await link.sends(at_least_bps=MUCH_BPS)
        link.relay.change(THIN_KBPS)
        await link.sends(below_bps=1_000 * THIN_KBPS)
        link.relay.change(WIDE_KBPS)
        await link.sends(at_least_bps=BACK_BPS)
        await link.moves(pictures=5)
