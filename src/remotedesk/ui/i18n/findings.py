"""One line for every finding of the doctor."""

from PySide6.QtCore import QCoreApplication

from remotedesk.core.errors import ErrorCode
from remotedesk.engine.doctor import Check, Finding, Outcome, Why
from remotedesk.ui.i18n.sentences import sentence_with_code

translate = QCoreApplication.translate


def finding_line(finding: Finding) -> str:
    """Return how it went, what was tried out, and why or with which figures."""
    how, what, why = _outcomes()[finding.outcome], _checks()[finding.check], _why(finding)
    return f"{how}: {what}" + (f" – {why}" if why else "")


def summary(failed: int) -> str:
    """Return the last line."""
    if failed:
        return translate("Findings", "Failed: {count}").format(count=failed)
    return translate("Findings", "Everything that was tried works.")


def _why(finding: Finding) -> str:
    if isinstance(finding.why, ErrorCode):
        return sentence_with_code(finding.why)
    if finding.why is not None:
        return _reasons()[finding.why]
    facts = {name: round(fact, 1) if isinstance(fact, float) else fact for name, fact in finding.facts.items()}
    match finding.check:
        case Check.SCREEN:
            return translate("Findings", "{width} × {height} pixels, read in {ms} ms").format(**facts)
        case Check.X264 | Check.SVT_AV1:
            return translate("Findings", "{ms} ms a picture").format(**facts)
        case Check.SERVER:
            return translate("Findings", "connected in {ms} ms").format(**facts)
    return str(facts.get("names", ""))


def _outcomes() -> dict[Outcome, str]:
    return {
        Outcome.OK: translate("Findings", "ok"),
        Outcome.FAILED: translate("Findings", "failed"),
        Outcome.NOT_HERE: translate("Findings", "not here"),
    }


def _checks() -> dict[Check, str]:
    return {
        Check.PLATFORM: translate("Findings", "this system can share its screen"),
        Check.SCREEN: translate("Findings", "the screen is read, and a change in it is seen"),
        Check.CURSOR: translate("Findings", "the pointer is read"),
        Check.HOT_KEYS: translate("Findings", "the keys to end and to come to the bar are free"),
        Check.LOCK: translate("Findings", "locking the screen is noticed"),
        Check.LOCAL_ACTIVITY: translate("Findings", "your own mouse and keyboard are told from the engineer’s"),
        Check.INPUT: translate("Findings", "a click and a text arrive in another window"),
        Check.HIDDEN_WINDOWS: translate("Findings", "a window can be kept out of the picture"),
        Check.X264: translate("Findings", "moving pictures with x264"),
        Check.SVT_AV1: translate("Findings", "moving pictures with SVT-AV1"),
        Check.HARDWARE: translate("Findings", "moving pictures with the graphics card"),
        Check.CERTIFICATES: translate("Findings", "the system knows certificate authorities"),
        Check.SERVER: translate("Findings", "the server answers and proves who it is"),
    }


def _reasons() -> dict[Why, str]:
    return {
        Why.UNSUPPORTED: translate("Findings", "the screen of this system cannot be shared"),
        Why.NO_CHANGE_SEEN: translate("Findings", "what was drawn is not in the picture"),
        Why.WINDOW_NOT_SEEN: translate("Findings", "the text field is not in the picture"),
        Why.TEXT_DIFFERS: translate("Findings", "another text arrived, or none; please leave mouse and keyboard alone"),
        Why.ONLY_WITH_SELF_TEST: translate("Findings", "only with --self-test, since it clicks and types"),
        Why.WINDOWS_ARE_SEEN: translate("Findings", "the engineer sees this program’s windows, too"),
        Why.NOT_BUILT_IN: translate("Findings", "not part of this program"),
        Why.ENCODER_BROKEN: translate("Findings", "the pictures that it makes are not right"),
        Why.NO_CARD: translate("Findings", "no card does it; the processor does"),
        Why.NO_AUTHORITIES: translate("Findings", "it knows none, so no server can prove who it is"),
    }
