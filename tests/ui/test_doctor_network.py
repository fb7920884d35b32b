"""The network check in its window: looked at, read, copied, saved, cancelled; and what is made of each report."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget

from remotedesk.core.errors import ErrorCode
from remotedesk.core.preflight import Line
from remotedesk.core.reach import Attempt, Proxy, ProxyScheme, ProxySource, Way
from remotedesk.engine.doctor import NetworkReport, Step
from remotedesk.ui.customer.start_page import StartPage
from remotedesk.ui.doctor.html import html_of
from remotedesk.ui.doctor.network_window import NetworkOpener, NetworkWindow
from remotedesk.ui.doctor.sheet import Mark, text_of
from remotedesk.ui.engineer.console import Console
from remotedesk.ui.i18n.network import sheet_of, step_sentence
from remotedesk.ui.shared.options import UiOptions
from tests.fakes.engines import ScriptedEngineer
from tests.support.qt_wait import wait_for
from tests.support.reports import BLOCKED, INSPECTED, NO_RELAY, OPEN, SAMPLES, ScriptedCheck

KANA_OR_KANJI = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


class Made:
    """Makes looks at the network that come to one report, and keeps them."""

    def __init__(self, report: NetworkReport | None) -> None:
        self.report = report
        self.checks: list[ScriptedCheck] = []

    def __call__(self, tell: Callable[[Step], None]) -> ScriptedCheck:
        self.checks.append(ScriptedCheck(tell, self.report))
        return self.checks[-1]


def opened(app: QApplication, keep: Callable[[QWidget], QWidget], made: Made) -> NetworkWindow:
    window = NetworkWindow(made)
    keep(window)
    window.open()
    if made.report is not None:
        wait_for(lambda: window.report is not None)
    return window


@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_report_is_shown(app: QApplication, keep: Callable[[QWidget], QWidget], name: str) -> None:
    window = opened(app, keep, Made(SAMPLES[name]))
    sheet = sheet_of(SAMPLES[name])
    shown = [label.text() for label in window.view.findChildren(QLabel)]
    assert sheet.verdict in shown
    for section in sheet.sections:
        assert {row.what for row in section.rows} | {row.how for row in section.rows} <= set(shown)
    window.close()


def test_it_can_be_copied_and_saved_by_keyboard(
    app: QApplication, keep: Callable[[QWidget], QWidget], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(app, keep, Made(OPEN))
    QTest.keyClick(window.copy_button, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == text_of(sheet_of(OPEN))
    answers = [
        (str(tmp_path / "a.html"), "Web page (*.html)"),
        (str(tmp_path / "b"), "JSON (*.json)"),
        (str(tmp_path / "missing" / "c.html"), "Web page (*.html)"),
        ("", ""),
    ]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answers.pop(0))
    told = []
    while answers:
        QTest.keyClick(window.save_button, Qt.Key.Key_Return)
        told.append(window.notice_text)
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == html_of(sheet_of(OPEN), "en")
    assert json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["server"] == "support.example.jp:443"
    assert told[0] == "Saved: a.html"
    assert "could not be written" in told[2]
    QTest.keyClick(window.view, Qt.Key.Key_PageDown)
    assert window.view.verticalScrollBar().value() > 0
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_closing_it_ends_the_look(app: QApplication, keep: Callable[[QWidget], QWidget]) -> None:
    made = Made(None)
    window = opened(app, keep, made)
    wait_for(lambda: window.status_text == step_sentence(Step.LINE))
    assert not window.copy_button.isEnabled()
    window.close()
    assert made.checks[0].cancelled.is_set()
    assert window.report is None


def test_it_looks_again_when_asked_to(app: QApplication, keep: Callable[[QWidget], QWidget]) -> None:
    made = Made(BLOCKED)
    window = opened(app, keep, made)
    made.report = OPEN
    window.again_button.click()
    wait_for(lambda: window.report is OPEN)
    assert len(made.checks) == 2
    window.close()


def test_one_window_is_enough(app: QApplication) -> None:
    made = Made(OPEN)
    opener = NetworkOpener(made)
    opener.open()
    first = opener.window
    opener.open()
    assert opener.window is first
    assert len(made.checks) == 1
    opener.close()
    assert opener.window is None


def test_the_verdicts_tell_networks_apart(app: QApplication) -> None:
    verdicts = {name: sheet_of(report).mark for name, report in SAMPLES.items()}
    assert verdicts == {"open": Mark.GOOD, "inspected": Mark.WARN, "blocked": Mark.BAD, "no_relay": Mark.BAD}
    assert "From the server: 94 Mbit/s" in text_of(sheet_of(OPEN))
    assert "more than 100 Mbit/s" in text_of(sheet_of(replace(OPEN, line=Line(0.001, 4e9, 4e9))))
    said = text_of(sheet_of(INSPECTED))
    assert "through the proxy proxy.corp.example:8080, from a configuration script (PAC), signed in by NTLM" in said
    assert "opened on the way by “Example Corp Web Gateway CA”" in said
    assert "please except support.example.jp from it" in said
    assert "support.example.jp, UDP 3478, 3480" in said
    assert "turn.support.example.jp, TCP 443" in text_of(sheet_of(NO_RELAY))


def test_every_line_is_japanese_in_japanese(app: QApplication, japanese: None) -> None:
    for report in SAMPLES.values():
        sheet = sheet_of(report)
        for text in (sheet.title, sheet.verdict, sheet.foot, *(section.heading for section in sheet.sections)):
            assert KANA_OR_KANJI.search(text)
        for section in sheet.sections:
            assert all(KANA_OR_KANJI.search(row.what) for row in section.rows)
        assert '<html lang="ja">' in html_of(sheet, "ja")
    assert all(KANA_OR_KANJI.search(step_sentence(step)) for step in Step)


def test_every_code_source_and_scheme_has_its_words(app: QApplication) -> None:
    proxies = [Proxy("::1", 8080, source) for source in ProxySource]
    attempts = [Attempt(Way.PROXY_TLS, code, proxy=proxy) for code in (None, *ErrorCode) for proxy in proxies]
    attempts += [Attempt(way, scheme=scheme, proxy=proxies[0]) for way in Way for scheme in ProxyScheme]
    said = text_of(sheet_of(NetworkReport("::1", 443, tuple(attempts))))
    assert "{" not in said
    assert "through the proxy [::1]:8080, found by WPAD" in said
    assert said.startswith("remotedesk network check\n[::1]:443")


class Tags(HTMLParser):
    """Notes what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(issuer=st.text(max_size=60), host=st.text(max_size=60))
def test_nothing_from_elsewhere_becomes_html(app: QApplication, issuer: str, host: str) -> None:
    def made_of(report: NetworkReport) -> Tags:
        read = Tags()
        read.feed(html_of(sheet_of(report), "en"))
        return read

    named = Proxy(host, 1, ProxySource.PAC)
    strange = (Attempt(Way.PROXY_WEBSOCKET, ErrorCode.TLS_OPENED, proxy=named, issuer=f"<script x=y>{issuer}"),)
    read, plain = made_of(replace(BLOCKED, entrances=strange)), made_of(INSPECTED)
    assert read.tags <= plain.tags | {"br"}
    assert read.attributes <= plain.attributes


def test_the_page_needs_nothing_else(app: QApplication) -> None:
    page = html_of(sheet_of(INSPECTED), "en")
    assert "default-src 'none'" in page
    for forbidden in ("http://", "https://", "<script", "<img", "<link", " src="):
        assert forbidden not in page


def test_both_clients_offer_it(app: QApplication, keep: Callable[[QWidget], QWidget]) -> None:
    asked: list[str] = []
    start = StartPage("", "")
    console = Console(ScriptedEngineer(lambda _: None), UiOptions())
    for window, name in ((start, "customer"), (console, "engineer")):
        keep(window)
        button = window.findChild(QPushButton, "check_network")
        assert button.isHidden()
        window.offer_check(lambda name=name: asked.append(name))  # type: ignore[misc]
        assert not button.isHidden()
        QTest.keyClick(button, Qt.Key.Key_Return)
    assert asked == ["customer", "engineer"]
