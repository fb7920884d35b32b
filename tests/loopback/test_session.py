"""Whole sessions: both engines, the real server, real WebRTC, a synthetic desktop."""

from pathlib import Path

from remotedesk.core.audit import Act, verify
from remotedesk.core.session_state import State
from remotedesk.engine.events import ChatAdded, FrameReady, PeerNamed
from tests.conftest import WarningLog
from tests.support.sessions import EVERYTHING, NAME, SessionPair


def test_a_session_from_number_to_farewell(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    assert pair.customer_heard.wait(PeerNamed) == PeerNamed(pair.server.engineer_name, pair.server.company)
    assert pair.engineer_heard.wait(PeerNamed) == PeerNamed(NAME, "")

    pair.engineer_heard.wait(FrameReady)
    picture = pair.engineer.latest_frame()
    assert picture is not None
    assert (picture.width, picture.height) == (pair.fake.screen.width, pair.fake.screen.height)

    pair.engineer.send_chat("こんにちは")
    pair.customer.send_chat("はい")
    pair.customer_heard.wait(ChatAdded, lambda event: event == ChatAdded("こんにちは", mine=False))
    pair.engineer_heard.wait(ChatAdded, lambda event: event == ChatAdded("はい", mine=False))

    pair.customer.end()
    assert pair.customer_heard.state(State.ENDED).code is None
    customer, engineer = pair.records()
    assert customer.short_code == engineer.short_code != ""
    acts = [entry.act for entry in verify(Path(customer.path).read_text("utf-8").splitlines())]
    assert acts[0] is Act.STARTED
    assert acts[-1] is Act.HEADS_EXCHANGED
    assert {Act.PAIRED, Act.ASKED, Act.GRANTED, Act.CONNECTED, Act.VIEW_STARTED, Act.ENDED} <= set(acts)
    verify(Path(engineer.path).read_text("utf-8").splitlines())


def test_a_record_that_cannot_be_written_stops_nothing(pair: SessionPair, warning_log: WarningLog) -> None:
    warning_log.expect("the record cannot be written")
    (pair.folder / "records").write_text("where the folder should be")
    pair.activate(EVERYTHING)
    pair.engineer_heard.wait(FrameReady)
    pair.engineer.send_chat("hello")
    pair.customer_heard.wait(ChatAdded)
    pair.customer.end()
    customer, engineer = pair.records()
    assert customer.short_code == engineer.short_code != ""
