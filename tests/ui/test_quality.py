"""What both people see of their connection: a calm word for the customer, figures and a graph for the engineer."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from remotedesk.core.consent import Feature
from remotedesk.core.quality import Grade, Quality, Reason, Route, Verdict
from remotedesk.core.session_state import State
from remotedesk.engine.events import GrantsChanged, PeerNamed, QualityChanged, StateChanged
from remotedesk.platform.x11.keycodes import code_for
from remotedesk.ui.engineer.quality_graph import SECONDS, QualityGraph, nice, stretches
from remotedesk.ui.engineer.quality_view import QualityButton, verdict_text
from remotedesk.ui.engineer.viewer import Viewer
from remotedesk.ui.shared.quality_text import figures, loss_text, rate_text, round_trip_text
from remotedesk.ui.shared.theme import LIGHT
from tests.fakes.engines import ScriptedEngineer
from tests.support.customer_stage import Stage
from tests.support.qt_wait import wait_for

FINE = Quality(9_000, 1_800_000, 0.012, 0.004, 30, True, False, Route.DIRECT)
LOSSY = Verdict(Grade.FAIR, Reason.LOSSY)


class Paints(QObject):
    """Counts how often widgets are drawn."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


@pytest.mark.parametrize(
    ("bps", "text"),
    [(0, "0 kbit/s"), (39_400, "39 kbit/s"), (999_400, "999 kbit/s"), (999_500, "1.0 Mbit/s"), (24e6, "24 Mbit/s")],
)
def test_rates_are_short(bps: float, text: str) -> None:
    assert rate_text(bps) == text


def test_what_is_not_known_is_not_made_up(app: QApplication) -> None:
    unknown = Quality(0, 0, None, 0, 0, None, False, None)
    assert [text for _, text in figures(unknown)] == ["–", "0 kbit/s", "0", "0.0 %", "–", "–"]
    assert round_trip_text(0.0004) == "1 ms"
    assert loss_text(0.018) == "1.8 %"


# -- the customer -------------------------------------------------------------------------------------------------


def test_the_customer_reads_one_word_and_finds_the_rest_in_its_tooltip(stage: Stage) -> None:
    stage.share()
    sign = stage.session.bar.connection
    assert sign.word.text() == ""
    stage.tell(QualityChanged(FINE, Verdict()))
    assert sign.word.text() == "Connection: good"
    tooltip = sign.toolTip()
    for part in (
        "Round trip: 12 ms",
        "1.8 Mbit/s",
        "Pictures a second: 30",
        "0.4 %",
        "exact",
        "Direct between the two",
    ):
        assert part in tooltip
    stage.tell(QualityChanged(replace(FINE, route=Route.RELAYED), Verdict(Grade.POOR, Reason.FAR)))
    assert sign.word.text() == "Connection: slow"
    assert sign.toolTip().startswith("It takes long")
    assert "By way of a relay" in sign.toolTip()
    stage.tell(StateChanged(State.RECONNECTING))
    assert sign.word.text() == "Connection: interrupted"
    stage.tell(StateChanged(State.ACTIVE), QualityChanged(FINE, Verdict()))
    assert sign.word.text() == "Connection: good"


def test_every_verdict_has_a_word_that_fits(stage: Stage) -> None:
    stage.share()
    bar = stage.session.bar
    words = set()
    before = bar.size()
    for grade in Grade:
        for reason in Reason:
            stage.tell(QualityChanged(FINE, Verdict(grade, reason)))
            words.add(bar.connection.word.text())
            assert bar.connection.word.sizeHint().width() <= bar.connection.word.width()
            assert bar.size() == before
    assert len(words) == 5


def test_the_word_is_drawn_only_when_it_changes(stage: Stage) -> None:
    """The bar is on the screen that is shared: what is drawn there each second is sent each second."""
    stage.share()
    sign = stage.session.bar.connection
    stage.tell(QualityChanged(FINE, Verdict()))
    QTest.qWait(50)
    paints = Paints()
    sign.word.installEventFilter(paints)
    geometry = stage.session.bar.geometry()
    stage.session.bar._ticking.stop()
    for second in range(5):
        stage.tell(QualityChanged(replace(FINE, rtt_s=0.01 * second, pictures_per_s=second), Verdict()))
        QTest.qWait(20)
    assert paints.count == 0
    stage.tell(QualityChanged(FINE, LOSSY))
    wait_for(lambda: paints.count > 0)
    assert stage.session.bar.geometry() == geometry


def test_the_customers_word_in_japanese(app: QApplication, japanese: None, stage: Stage) -> None:
    stage.share()
    stage.tell(QualityChanged(FINE, LOSSY))
    assert stage.session.bar.connection.word.text() == "接続: やや不安定"
    assert "2 台の PC を直接接続" in stage.session.bar.connection.toolTip()


# -- the engineer -------------------------------------------------------------------------------------------------


@pytest.fixture
def viewer(app: QApplication) -> Iterator[Viewer]:
    """A viewer in a live session."""
    made = Viewer(ScriptedEngineer(lambda event: None), code_for)
    for event in (
        PeerNamed("Taro Yamada", ""),
        StateChanged(State.ACTIVE),
        GrantsChanged(frozenset({Feature.VIEW, Feature.CONTROL}), frozenset()),
    ):
        made.on_event(event)
    assert QTest.qWaitForWindowActive(made)
    yield made
    made.on_event(StateChanged(State.ENDED))
    made.close()
    made.deleteLater()


def button_of(viewer: Viewer) -> QualityButton:
    found = viewer.findChild(QualityButton, "quality")
    assert isinstance(found, QualityButton)
    return found


def test_the_toolbar_shows_the_newest_second_without_moving(viewer: Viewer) -> None:
    button = button_of(viewer)
    viewer.on_event(QualityChanged(FINE, Verdict()))
    wait_for(lambda: button.text() == "12 ms · 1.8 Mbit/s · 30/s")
    place = button.geometry()
    viewer.on_event(QualityChanged(replace(FINE, rtt_s=0.345, received_bps=120), LOSSY))
    QTest.qWait(20)
    assert button.text() == "345 ms · 0 kbit/s · 30/s"
    assert button.geometry() == place
    assert button.toolTip() == "Fair connection: packets get lost"
    assert button.accessibleDescription() == "Fair connection: packets get lost · 345 ms · 0 kbit/s · 30/s"
    viewer.on_event(StateChanged(State.RECONNECTING))
    assert button.text() == "–"


def test_a_small_window_shows_less_and_stays_small(app: QApplication) -> None:
    button = QualityButton()
    button.show_quality(FINE, Verdict())
    shown = []
    for width in (button.minimumSizeHint().width(), button.maximumWidth() - 40, button.maximumWidth()):
        button.resize(width, 30)
        QApplication.sendPostedEvents()
        button.grab()
        shown.append(button.text())
    assert shown == ["12 ms", "12 ms · 1.8 Mbit/s", "12 ms · 1.8 Mbit/s · 30/s"]
    button.deleteLater()


def test_by_keyboard_the_panel_opens_with_all_figures_and_escape_closes_it(viewer: Viewer) -> None:
    button = button_of(viewer)
    viewer.on_event(QualityChanged(FINE, Verdict()))
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Return)
    wait_for(button.panel.isVisible)
    shown = [label.text() for label in button.panel.findChildren(QLabel)]
    for text in ("Good connection", "12 ms", "1.8 Mbit/s", "30", "0.4 %", "exact", "Direct between the two PCs"):
        assert text in shown
    viewer.on_event(QualityChanged(replace(FINE, rtt_s=0.099), LOSSY))
    shown = [label.text() for label in button.panel.findChildren(QLabel)]
    assert {"99 ms", "Fair connection: packets get lost"} <= set(shown)
    assert "99 ms" in button.panel.graph.accessibleDescription()
    QTest.keyClick(button.panel, Qt.Key.Key_Escape)
    wait_for(lambda: not button.panel.isVisible())
    assert button.hasFocus()


def test_by_mouse_it_opens_and_a_click_elsewhere_closes_it(viewer: Viewer) -> None:
    button = button_of(viewer)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_for(button.panel.isVisible)
    assert button.panel.geometry().right() < 1_280
    QTest.mouseClick(button.panel, Qt.MouseButton.LeftButton, pos=QPoint(-40, 300))
    wait_for(lambda: not button.panel.isVisible())


def test_the_panel_goes_with_the_session(viewer: Viewer) -> None:
    button = button_of(viewer)
    viewer.on_event(QualityChanged(FINE, Verdict()))
    button.click()
    viewer.on_event(StateChanged(State.ENDED))
    assert not button.panel.isVisible()
    assert button.text() == "–"


def test_every_verdict_has_a_sentence(app: QApplication) -> None:
    texts = {verdict_text(Verdict(grade, reason)) for grade in Grade for reason in Reason if reason or not grade}
    assert "Poor connection: long round trip" in texts
    assert not [text for text in texts if "%1" in text]


def test_the_graph_draws_what_it_was_told_and_breaks_where_there_was_nothing(
    app: QApplication, keep: Callable[[QualityGraph], QualityGraph]
) -> None:
    graph = keep(QualityGraph())
    graph.show()
    assert "Screen data: –" in graph.accessibleDescription()
    busy = replace(FINE, received_bps=1_000_000)
    graph.show_history([busy] * 25 + [None] * 10 + [busy] * 25)
    assert graph.accessibleDescription() == "Screen data: 1.0 Mbit/s, ≤ 1.0 Mbit/s; Round trip: 12 ms, ≤ 12 ms"
    image = graph.grab().toImage()
    ratio = graph.devicePixelRatioF()

    def color(x: float, y: float) -> QColor:
        return image.pixelColor(round(x * ratio), round(y * ratio))

    full = QColor(LIGHT.sunken)
    assert color(40, 50) != full
    assert color(graph.width() - 40, 50) != full
    assert color(graph.width() / 2 + 8, 50) == full
    interface = QAccessible.queryAccessibleInterface(graph)
    assert interface.text(QAccessible.Text.Name) == "The last 60 seconds"


def test_curves_end_at_the_right_edge() -> None:
    field = QRectF(0, 0, SECONDS - 1, 100)
    parts = stretches([1.0, None, 0.0, 2.0], 2.0, field)
    assert [[(point.x(), point.y()) for point in part] for part in parts] == [
        [(56.0, 50.0)],
        [(58.0, 100.0), (59.0, 0.0)],
    ]


def test_scales_are_round() -> None:
    assert [round(nice(value), 9) for value in (0.05, 0.051, 3e5, 1e6, 1.1e6)] == [0.05, 0.1, 5e5, 1e6, 2e6]
