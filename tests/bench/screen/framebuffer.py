"""A display whose pixels are read from the memory of its server, which does not notice."""

import mmap
import struct
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.support.xserver import XServer, wait_until

WIDTH: Final = 1920
HEIGHT: Final = 1080
# Words of an XWD file's header, X11/XWDFile.h.
_HEADER_SIZE, _BITS_PER_PIXEL, _BYTES_PER_LINE, _COLOURS = 0, 11, 12, 19
_COLOUR_SIZE: Final = 12


class Framebuffer:
    """The screen that an Xvfb keeps in the file of its `-fbdir` folder."""

    def __init__(self, folder: Path) -> None:
        file = folder / "Xvfb_screen0"
        wait_until(file.exists, what="the screen's memory")
        with file.open("rb") as opened:
            self._map = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack(">25I", self._map[:100])
        if header[_BITS_PER_PIXEL] != 32:
            raise AssertionError("the screen has not 32 bits a pixel")
        start, words = header[_HEADER_SIZE] + header[_COLOURS] * _COLOUR_SIZE, header[_BYTES_PER_LINE] // 4
        flat = np.frombuffer(self._map, np.uint8, words * 4 * HEIGHT, start)
        self.pixels: NDArray[np.uint8] = flat.reshape(HEIGHT, words, 4)[:, :WIDTH]
        """The screen now, of shape (HEIGHT, WIDTH, 4): blue, green, red and nothing."""
        self.words: NDArray[np.uint32] = flat.view("<u4").reshape(HEIGHT, words)[:, :WIDTH]
        """The same, a word a pixel."""


class SeenDisplay:
    """An X display with its framebuffer."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        # Nobody touches its keyboard for a quarter of an hour, and a screen saver would pause the session.
        self.server = XServer(WIDTH, HEIGHT, more=("-fbdir", str(folder), "-s", "0"))
        try:
            self.screen = Framebuffer(folder)
        except BaseException:
            self.server.close()
            raise

    def close(self) -> None:
        """Close the display; what was read of it stays readable."""
        self.server.close()
