"""The client as it is, and beside it a thread that tells what its windows show: under Wine no screen reader can ask.

    python -m tests.windows.read_client ARGUMENTS OF REMOTEDESK

Each line on standard input is answered by one of JSON: `controls` by a list of all named ones that show, `counts` by
what the process holds of Windows. It only reads.
"""

import gc
import json
import os
import sys
import threading
from queue import Queue
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from remotedesk import cli
from tests.windows.counts import counts


class Teller(QObject):
    """Looks at the windows in Qt's thread when asked in another."""

    asked = Signal(bytes)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._look, Qt.ConnectionType.QueuedConnection)
        self._answers: Queue[Any] = Queue()

    def answer_questions(self) -> None:
        """Answer each line until standard input ends."""
        while question := os.read(0, 100):  # each is asked when the one before has been answered
            self.asked.emit(question)
            os.write(1, json.dumps(self._answers.get()).encode() + b"\n")

    def _look(self, question: bytes) -> None:
        if question == b"counts\n":
            gc.collect()  # a lock has a handle, also one that only waits for this
            self._answers.put(counts())
        else:
            self._answers.put([facts(widget) for widget in shown()])


def shown() -> list[QWidget]:
    """Return the controls that can be seen and have a name, from top to bottom."""
    named = [widget for widget in QApplication.allWidgets() if widget.objectName() and widget.isVisible()]
    return sorted(named, key=lambda widget: widget.mapToGlobal(QPoint()).y())


def facts(widget: QWidget) -> dict[str, Any]:
    """Return what a screen reader is told of a control."""
    interface = QAccessible.queryAccessibleInterface(widget)
    state, place = interface.state(), interface.rect()
    content = getattr(widget, "toPlainText", None) or getattr(widget, "text", None)
    return {
        "identifier": widget.objectName(),
        "name": interface.text(QAccessible.Text.Name),
        "role": interface.role().name,
        "text": content() if content else interface.text(QAccessible.Text.Name),
        "place": place.getRect(),
        "checked": bool(state.checked),
        "enabled": not state.disabled,
        "focused": widget.hasFocus(),
    }


def main() -> int:
    """Run the client; the thread ends with it."""
    threading.Thread(target=Teller().answer_questions, daemon=True).start()
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
