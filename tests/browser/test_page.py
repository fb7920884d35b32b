"""The page at / in a real Chromium: it starts the client and tells the server nothing."""

import asyncio
import base64
import json
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from remotedesk.core.errors import NumberError
from remotedesk.core.session_number import SessionNumber, digits_of
from remotedesk.ui.doctor.html import html_of
from remotedesk.ui.i18n.network import sheet_of
from tests.support.chromium import Tab, chromium_tab
from tests.support.reports import SAMPLES
from tests.support.signaling import running_server
from tests.support.tcp_tee import TcpTee

NUMBER = SessionNumber("40719", "862535")
GROUPED = NUMBER.grouped()
DIGITS = GROUPED.replace("-", "")
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９ー")
MESSAGE = "document.getElementById('message').textContent"
FIELD = "document.getElementById('number').value"


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with chromium_tab(tmp_path / "profile") as opened:
        yield opened


async def _all_requested(tee: TcpTee) -> bytes:
    """Return what the browser has sent once it has asked for nothing more for a second."""
    while True:
        sent = bytes(tee.received)
        await asyncio.sleep(1.0)
        if sent == bytes(tee.received):
            return sent


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("typed", [GROUPED, DIGITS, GROUPED.translate(FULL_WIDTH), GROUPED.replace("-", "　")])
async def test_the_number_starts_the_client_and_reaches_no_request(tab: Tab, language: str, typed: str) -> None:
    async with running_server() as server, TcpTee(server.port) as tee:
        await tab.open(f"http://127.0.0.1:{tee.port}/{language}")
        before = await _all_requested(tee)
        assert b"GET /app.js" in before
        await tab.type(typed)
        assert await tab.evaluate(FIELD) == GROUPED.replace("-", " ")
        assert await tab.evaluate(MESSAGE) == ""
        await tab.press("Enter")
        asked = await tab.event("Page.frameRequestedNavigation", lambda event: event["url"].startswith("remotedesk:"))
        assert asked["url"] == f"remotedesk:{DIGITS}"
        assert SessionNumber.parse(asked["url"].removeprefix("remotedesk:")) == NUMBER
        assert await tab.evaluate("!document.getElementById('started').hidden")
        assert await _all_requested(tee) == before
        assert NUMBER.secret.encode() not in before
        assert await tab.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
        assert await tab.evaluate("location.href") == f"http://127.0.0.1:{tee.port}/{language}"
        assert [event for event in tab.events if event["method"] == "Log.entryAdded"] == []


async def test_start_can_be_pressed_again(tab: Tab) -> None:
    async with running_server() as server:
        await tab.open(f"http://127.0.0.1:{server.port}/en")
        await tab.type(GROUPED)
        for _ in range(2):  # the first time, the browser's question was answered with no
            tab.events.clear()
            await tab.evaluate("document.getElementById('start').click()")
            await tab.event("Page.frameRequestedNavigation", lambda event: event["url"] == f"remotedesk:{DIGITS}")


async def test_mistakes_are_told_at_the_field(tab: Tab) -> None:
    async with running_server() as server:
        await tab.open(f"http://127.0.0.1:{server.port}/en")
        await tab.press("Enter")
        assert "not complete" in await tab.evaluate(MESSAGE)
        await tab.type("4071986")
        assert await tab.evaluate(MESSAGE) == ""  # nobody is interrupted while typing
        await tab.type("x")
        assert "digits only" in await tab.evaluate(MESSAGE)
        await tab.press("Backspace")
        await tab.type("25358")  # the last digit is wrong
        assert "mistake" in await tab.evaluate(MESSAGE)
        assert await tab.evaluate("document.getElementById('number').getAttribute('aria-invalid')") == "true"
        await tab.press("Enter")
        assert await tab.evaluate("document.getElementById('started').hidden")
        await tab.press("Backspace")
        await tab.type("9")
        assert await tab.evaluate(MESSAGE) == ""
        assert not any("remotedesk:" in json.dumps(event) for event in tab.events)


async def test_the_keyboard_is_enough(tab: Tab) -> None:
    async with running_server() as server:
        await tab.open(f"http://127.0.0.1:{server.port}/en")
        assert await tab.evaluate("document.activeElement.id") == "number"
        await tab.type(GROUPED)
        await tab.press("Tab")
        assert await tab.evaluate("document.activeElement.id") == "start"
        await tab.press("Enter")
        assert await tab.evaluate("document.activeElement.id") == "started-heading"
        await tab.press("Tab")
        await tab.press("Enter")
        assert await tab.evaluate("document.activeElement.id") == "number"
        assert await tab.evaluate(FIELD) == ""


async def test_the_page_reads_numbers_as_the_client_does(tab: Tab) -> None:
    chance = random.Random(20261123)
    numbers = [f"{chance.randrange(10**12):012d}" for _ in range(2_000)]
    texts = ["1234-5678", "１２３４ー５６７８", "12‐34–56—78−9", "1 2\t3　4", "12a4", "", "12.34", "ｰ1-2"]
    async with running_server() as server:
        await tab.open(f"http://127.0.0.1:{server.port}/en")
        read = await tab.evaluate(f"{json.dumps(texts)}.map(digitsOf)")
        fitting = await tab.evaluate(f"{json.dumps(numbers)}.map(fits)")
    assert read == [_read(text) for text in texts]
    assert fitting == [_fits(number) for number in numbers]
    assert 100 < sum(fitting) < 300  # one in ten


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_page_for_the_it_officer_is_whole_on_any_width(tab: Tab, language: str) -> None:
    async with running_server() as server:
        for width in (360, 1200):
            size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
            await tab.call("Emulation.setDeviceMetricsOverride", **size)
            await tab.open(f"http://127.0.0.1:{server.port}/{language}/network")
            assert await tab.evaluate("document.querySelectorAll('tbody tr').length") >= 8
            assert await tab.evaluate("document.documentElement.scrollWidth") <= width
            assert [event for event in tab.events if event["method"] == "Log.entryAdded"] == []


@pytest.mark.parametrize("name", list(SAMPLES))
async def test_a_report_on_a_network_prints_on_one_page(tab: Tab, name: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html_of(sheet_of(SAMPLES[name]), "en"), encoding="utf-8")
    await tab.open(file.as_uri())
    assert await tab.evaluate("document.querySelectorAll('script, img, link, form').length") == 0
    printed = await tab.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    pages = re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed["data"]))
    assert len(pages) == 1


def _read(text: str) -> str | None:
    try:
        return digits_of(text)
    except NumberError:
        return None


def _fits(number: str) -> bool:
    try:
        SessionNumber.parse(number)
    except NumberError:
        return False
    return True
