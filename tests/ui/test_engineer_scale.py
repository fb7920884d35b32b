"""At every scale factor one picture pixel is one device pixel, on the real display, and clicks hit it."""

import json
import subprocess
import sys

import pytest

from tests.support.xserver import XServer


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2"])
def test_one_to_one_is_exact_and_clicks_hit_their_pixel(scale: str) -> None:
    with XServer(1000, 800) as display:
        done = subprocess.run(
            [sys.executable, "-m", "tests.ui.scale_probe"],
            env=display.environment(QT_SCALE_FACTOR=scale, QT_QPA_PLATFORM="xcb"),
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["ratio"] == float(scale)
    assert facts["whole"] == [501 * 301, 0]
    assert facts["whole_clicks"] == [[0, 0], [17, 33], [500, 300]]
    seen, wrong = facts["part"]
    assert seen > 500_000
    assert wrong == 0
    assert facts["whole_changed"] == [501 * 301, 0]
    assert facts["part_changed"] == [seen, 0]
    assert facts["fitted_stale"] == 0
    assert facts["part_clicks"] == [[603, 102], [700, 300]]
