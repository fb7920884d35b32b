"""Another program: a window with a text field, which says on its standard output what reaches it, a line of JSON each.

It is told `clear`, `rest`, `colour #rrggbb` or `text` on its standard input, and ends with it.
"""

import json
import sys
import threading
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

_KEYS: Final = {QEvent.Type.KeyPress: "pressed", QEvent.Type.KeyRelease: "released"}
_BUTTONS: Final = {QEvent.Type.MouseButtonPress: "down", QEvent.Type.MouseButtonRelease: "up"}


def say(**facts: Any) -> None:
    """Write one line."""
    print(json.dumps(facts), flush=True)


class Window(QWidget):
    """The text field, above it a field of one colour."""

    told = Signal(str)

    def __init__(self, x: int, y: int) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint)
        self.setGeometry(x, y, 500, 320)
        self.colour, self.text = QLabel(), QPlainTextEdit()
        self.text.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # which would take the keys
        self.colour.setFixedHeight(80)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.colour)
        layout.addWidget(self.text)
        self.text.installEventFilter(self)
        self.text.viewport().installEventFilter(self)
        self.colour.installEventFilter(self)
        self.told.connect(self.do)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _KEYS and watched is self.text and not event.isAutoRepeat():
            say(key=_KEYS[kind], scan_code=event.nativeScanCode())
        elif watched is self.text:  # to which its own surface passes what it does not want
            pass
        elif kind in _BUTTONS:
            at = event.globalPosition().toPoint()
            say(button=_BUTTONS[kind], which=event.button().name, x=at.x(), y=at.y())
        elif kind == QEvent.Type.Wheel:
            say(wheel=[event.angleDelta().x(), event.angleDelta().y()])
        return super().eventFilter(watched, event)

    def do(self, line: str) -> None:
        """Do what a line says."""
        match line.split():
            case ["clear"]:
                self.text.clear()
                self.text.setFocus()
            case ["rest"]:  # no caret blinks
                self.text.clearFocus()
            case ["colour", colour]:
                self.colour.setStyleSheet(f"background: {colour}")
                self.repaint()
                say(colour=colour)
            case ["text"]:
                say(text=self.text.toPlainText())
            case ["end"]:
                QApplication.quit()


def listen(window: Window) -> None:
    """Pass the lines on."""
    for line in sys.stdin:
        window.told.emit(line)
    window.told.emit("end")


def main() -> None:
    """Show the window where the arguments say."""
    app = QApplication(sys.argv)
    window = Window(*map(int, sys.argv[1:3]))
    window.show()
    window.raise_()
    window.activateWindow()
    window.text.setFocus()
    threading.Thread(target=listen, args=(window,), daemon=True).start()
    corner = window.text.mapToGlobal(QPoint(0, 0))
    say(window=int(window.winId()), field=[corner.x(), corner.y(), window.text.width(), window.text.height()])
    app.exec()


if __name__ == "__main__":
    main()
