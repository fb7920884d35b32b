"""A sentence for every entry of a session's record."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from remotedesk.core.audit import Act, Entry
from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.display_text import one_line
from remotedesk.core.errors import ErrorCode
from remotedesk.core.role import Role
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.features import feature_list

translate = QCoreApplication.translate

_LONGEST_FACT: Final = 200  # characters
_LIST_FACTS: Final = ("features", "feature")


def act_sentence(entry: Entry) -> str:
    """Return what happened, with the facts the entry has."""
    facts = {name: one_line(str(value), _LONGEST_FACT) for name, value in entry.facts}
    return {**_beginning(facts), **_asking(facts), **_sharing(facts), **_ending(facts)}[entry.act]


def _beginning(facts: dict[str, str]) -> dict[Act, str]:
    return {
        Act.STARTED: translate("Acts", "Session started on server {server}").format(server=facts.get("server", "–")),
        Act.PAIRED: translate("Acts", "Paired with {who}; comparison code {code}").format(
            who=_who(facts), code=facts.get("code", "–")
        ),
        Act.GUESS_FAILED: translate("Acts", "The number did not fit; tries left: {left}").format(
            left=facts.get("left", "–")
        ),
        Act.CONNECTED: translate("Acts", "Connected"),
    }


def _asking(facts: dict[str, str]) -> dict[Act, str]:
    features = _features(facts)
    return {
        Act.ASKED: translate("Acts", "The engineer asked: {features}").format(features=features),
        Act.GRANTED: translate("Acts", "The customer allowed: {features}").format(features=features),
        Act.REFUSED: _refused(features, facts.get("questions")),
        Act.REVOKED: translate("Acts", "No longer allowed: {features}").format(features=features),
        Act.SUSPENDED: translate("Acts", "Everything paused: {why}").format(why=_why(facts)),
        Act.RESUMED: translate("Acts", "No longer paused: {why}").format(why=_why(facts)),
    }


def _sharing(facts: dict[str, str]) -> dict[Act, str]:
    return {
        Act.VIEW_STARTED: translate("Acts", "The screen is shown to the engineer"),
        Act.VIEW_STOPPED: translate("Acts", "The screen is no longer shown"),
        Act.CONTROL_USED: translate("Acts", "The engineer used mouse and keyboard ({counts})").format(
            counts=_counts(facts)
        ),
        Act.INPUT_REFUSED: translate("Acts", "Input of the engineer was refused ({counts})").format(
            counts=_counts(facts)
        ),
        Act.CHAT_SENT: translate("Acts", "Chat message sent"),
        Act.CHAT_RECEIVED: translate("Acts", "Chat message received"),
    }


def _ending(facts: dict[str, str]) -> dict[Act, str]:
    return {
        Act.PROTOCOL_BROKEN: translate("Acts", "A channel was closed because of wrong messages ({code})").format(
            code=facts.get("code", "–")
        ),
        Act.ENDED: _ended(facts),
        Act.HEADS_EXCHANGED: translate("Acts", "Both records compared; short code {code}").format(
            code=facts.get("code", "–")
        ),
    }


def _ended(facts: dict[str, str]) -> str:
    code = facts.get("code", "")
    if code not in {ErrorCode.PEER_ENDED.value, ErrorCode.DECLINED.value} and code in set(ErrorCode):
        why = sentence_with_code(ErrorCode(code))
        return translate("Acts", "The session ended: {why}").format(why=why)
    if facts.get("by") == Role.CUSTOMER.value:
        return translate("Acts", "The customer ended the session")
    return translate("Acts", "The engineer ended the session")


def _who(facts: dict[str, str]) -> str:
    names = (facts.get(name, "") for name in ("engineer", "customer", "name", "company"))
    return translate("Features", ", ", "between two items of a list").join(name for name in names if name) or "–"


def _features(facts: dict[str, str]) -> str:
    known = set(Feature)
    names = ",".join(facts.get(name, "") for name in _LIST_FACTS).split(",")
    return feature_list(frozenset(Feature(name) for name in names if name in known))


def _refused(features: str, unshown: str | None) -> str:
    if unshown is not None:
        return translate("Acts", "The engineer asked too often; not shown: {count}").format(count=unshown)
    return (
        translate("Acts", "Refused: {features}").format(features=features)
        if features
        else translate("Acts", "The customer said no")
    )


def _why(facts: dict[str, str]) -> str:
    return {
        Suspension.SILENCE.value: translate("Acts", "connection lost"),
        Suspension.LOCKED.value: translate("Acts", "screen locked"),
    }.get(facts.get("why", ""), facts.get("why", "–"))


def _counts(facts: dict[str, str]) -> str:
    names = {
        "Key": translate("Acts", "keys"),
        "Text": translate("Acts", "texts"),
        "PointerButton": translate("Acts", "mouse buttons"),
        "PointerMove": translate("Acts", "pointer moves"),
        "Wheel": translate("Acts", "wheel turns"),
    }
    separator = translate("Features", ", ", "between two items of a list")
    return separator.join(f"{names.get(kind, kind)}: {count}" for kind, count in facts.items())
