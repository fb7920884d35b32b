"""Which language the windows speak, and the loading of its translations."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

ENGLISH: Final = "en"
JAPANESE: Final = "ja"
FOLDER: Final = Path(__file__).parent


def choose_language(wanted: str | None) -> str:
    """Return "ja" or "en": `wanted` if it is one of them, else what the system's user reads first."""
    if wanted in (ENGLISH, JAPANESE):
        return wanted
    first = next(iter(QLocale.system().uiLanguages()), "")
    return JAPANESE if first.split("-")[0] == JAPANESE else ENGLISH


def current_language() -> str:
    """Return the language that `install_language` was given last."""
    return JAPANESE if QLocale().language() is QLocale.Language.Japanese else ENGLISH


def install_language(app: QCoreApplication, language: str) -> tuple[QTranslator, ...]:
    """Make `app` speak `language`; returns the translators, which `app` owns. English needs none."""
    QLocale.setDefault(QLocale(QLocale.Language.Japanese if language == JAPANESE else QLocale.Language.English))
    if language != JAPANESE:
        return ()
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return tuple(
        _load(app, name, folder) for name, folder in (("qtbase_ja", qt_folder), ("remotedesk_ja", str(FOLDER)))
    )


def _load(app: QCoreApplication, name: str, folder: str) -> QTranslator:
    translator = QTranslator(app)
    if translator.load(name, folder):
        app.installTranslator(translator)
    return translator
