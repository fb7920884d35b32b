"""What each feature is called, what it means in one sentence, and its picture."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from remotedesk.core.consent import Feature
from remotedesk.ui.shared.icons import Icon

translate = QCoreApplication.translate

FEATURE_ORDER: Final = tuple(Feature)

_ICONS: Final = {
    Feature.VIEW: Icon.VIEW,
    Feature.CONTROL: Icon.CONTROL,
    Feature.CHAT: Icon.CHAT,
    Feature.ANNOTATE: Icon.ANNOTATE,
    Feature.VOICE: Icon.VOICE,
    Feature.CAMERA: Icon.CAMERA,
    Feature.FILES_TO_CUSTOMER: Icon.FOLDER,
    Feature.FILES_FROM_CUSTOMER: Icon.FOLDER,
    Feature.CLIPBOARD_TO_CUSTOMER: Icon.CLIPBOARD,
    Feature.CLIPBOARD_FROM_CUSTOMER: Icon.CLIPBOARD,
}


def feature_icon(feature: Feature) -> Icon:
    """Return the picture of `feature`."""
    return _ICONS[feature]


def feature_name(feature: Feature) -> str:
    """Return the short name, for switches and lists."""
    return {
        Feature.VIEW: translate("Features", "See the screen"),
        Feature.CONTROL: translate("Features", "Mouse and keyboard"),
        Feature.CHAT: translate("Features", "Chat"),
        Feature.ANNOTATE: translate("Features", "Draw on the screen"),
        Feature.VOICE: translate("Features", "Voice"),
        Feature.CAMERA: translate("Features", "Camera"),
        Feature.FILES_TO_CUSTOMER: translate("Features", "Files to the customer"),
        Feature.FILES_FROM_CUSTOMER: translate("Features", "Files from the customer"),
        Feature.CLIPBOARD_TO_CUSTOMER: translate("Features", "Clipboard to the customer"),
        Feature.CLIPBOARD_FROM_CUSTOMER: translate("Features", "Clipboard from the customer"),
    }[feature]


def feature_short_name(feature: Feature) -> str:
    """Return one word for `feature`, where it stands beside a switch."""
    return {
        Feature.VIEW: translate("Features", "View"),
        Feature.CONTROL: translate("Features", "Control"),
        Feature.CHAT: translate("Features", "Chat"),
        Feature.ANNOTATE: translate("Features", "Draw"),
        Feature.VOICE: translate("Features", "Voice"),
        Feature.CAMERA: translate("Features", "Camera"),
        Feature.FILES_TO_CUSTOMER: translate("Features", "Files in"),
        Feature.FILES_FROM_CUSTOMER: translate("Features", "Files out"),
        Feature.CLIPBOARD_TO_CUSTOMER: translate("Features", "Paste in"),
        Feature.CLIPBOARD_FROM_CUSTOMER: translate("Features", "Copy out"),
    }[feature]


def feature_sentence(feature: Feature) -> str:
    """Return what the customer allows with `feature`, to him."""
    return {
        Feature.VIEW: translate("Features", "Your engineer sees everything on your screen."),
        Feature.CONTROL: translate("Features", "Your engineer can click and type on your computer while you watch."),
        Feature.CHAT: translate("Features", "You and your engineer can write to each other."),
        Feature.ANNOTATE: translate("Features", "Your engineer can draw circles and arrows on your screen."),
        Feature.VOICE: translate("Features", "You and your engineer can talk through your headset."),
        Feature.CAMERA: translate("Features", "Your engineer sees the picture of your camera."),
        Feature.FILES_TO_CUSTOMER: translate("Features", "Your engineer can send you files."),
        Feature.FILES_FROM_CUSTOMER: translate("Features", "You can send files to your engineer."),
        Feature.CLIPBOARD_TO_CUSTOMER: translate("Features", "What your engineer copies, you can paste."),
        Feature.CLIPBOARD_FROM_CUSTOMER: translate("Features", "What you copy, your engineer can paste."),
    }[feature]


def feature_list(features: frozenset[Feature]) -> str:
    """Return the short names, in the usual order."""
    return translate("Features", ", ", "between two items of a list").join(
        feature_name(feature) for feature in FEATURE_ORDER if feature in features
    )
