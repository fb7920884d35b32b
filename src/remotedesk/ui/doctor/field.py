"""A text field in a process of its own, for the doctor to type into: windows of ours take no injected input.

The client starts it from its own executable: `python -m remotedesk.ui.doctor.field COLOUR`, or in a frozen build
`remotedesk --internal-doctor-field COLOUR`. It writes a line of JSON, the whole text, whenever that changes, and ends
with its standard input.
"""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPlainTextEdit

NAME: Final = "doctor-field"
_WIDTH, _HEIGHT = 420, 140
_AWAY_FROM_CORNER: Final = 280
_STARTED_WITHIN_S: Final = 20.0
_ENDED_WITHIN_S: Final = 5.0


class TypedInto(QPlainTextEdit):
    """The field; says what is in it."""

    input_ended = Signal()

    def __init__(self, colour: int) -> None:
        super().__init__(None)
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.setWindowTitle("remotedesk doctor")
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(colour))
        self.setPalette(palette)
        self.resize(_WIDTH, _HEIGHT)
        self.move(self.screen().availableGeometry().topLeft() + QPoint(1, 1) * _AWAY_FROM_CORNER)
        self.textChanged.connect(self._say)

    def _say(self) -> None:
        print(json.dumps(self.toPlainText()), flush=True)  # noqa: T201 - to the doctor, through a pipe


def main(arguments: Sequence[str]) -> None:
    """Show the field until the input ends."""
    app = QApplication([NAME])
    field = TypedInto(int(arguments[0]))
    field.input_ended.connect(app.quit)

    def wait_for_end() -> None:
        sys.stdin.read()
        field.input_ended.emit()

    threading.Thread(target=wait_for_end, name="input", daemon=True).start()
    field.show()
    field.raise_()
    field.activateWindow()
    QTimer.singleShot(0, field._say)
    app.exec()


class FieldProcess:
    """The doctor's end of it."""

    def __init__(self, output: IO[str]) -> None:
        self._output = output
        self._started: queue.Queue[bool] = queue.Queue()
        self._text = ""
        self._reader = threading.Thread(target=self._read, name="field")
        self._reader.start()

    @property
    def text(self) -> str:
        """What is in it."""
        return self._text

    def wait_until_started(self) -> None:
        """Return when it is there, or after twenty seconds: it is then not found in the picture."""
        with suppress(queue.Empty):
            self._started.get(timeout=_STARTED_WITHIN_S)

    def join(self) -> None:
        """Wait until nothing more comes."""
        self._reader.join()

    def _read(self) -> None:
        for line in self._output:
            self._text = json.loads(line)
            self._started.put(True)


@contextmanager
def open_field(colour: int) -> Iterator[FieldProcess]:
    """Show the field until the context ends."""
    process = subprocess.Popen(  # noqa: S603 - our own executable
        [*_command(), str(colour)], executable=sys.executable, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, encoding="ascii",
    )  # fmt: skip
    with process:
        if process.stdin is None or process.stdout is None:
            raise OSError
        field = FieldProcess(process.stdout)
        try:
            field.wait_until_started()
            yield field
        finally:
            process.stdin.close()
            try:
                process.wait(_ENDED_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
            field.join()


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        # Under another name than ours, by which the injector on X11 knows the windows that it must not touch.
        return [str(Path(sys.executable).with_name(NAME)), "--internal-doctor-field"]
    return [sys.executable, "-P", "-m", "remotedesk.ui.doctor.field"]  # -P: import nothing from where it starts


if __name__ == "__main__":
    main(sys.argv[1:])
