"""What the lab needs to know of Windows' libraries: the names they export, and how to pass those on to another."""

import struct
from collections.abc import Collection
from typing import Final

PE32_PLUS: Final = 0x20B
BUILTIN_MARK: Final = b"Wine builtin DLL"
MARK_OFFSET: Final = 0x40
EXPORT_DIRECTORY_OFFSET: Final = 112  # into the optional header of a 64-bit image
SECTION_BYTES: Final = 40


class NotALibraryError(ValueError):
    """These bytes are no 64-bit Windows image with exports."""


class _Image:
    """The headers of one image, and the way from addresses in memory to places in the file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        signature = self.number(0x3C)
        if data[signature : signature + 4] != b"PE\0\0":
            raise NotALibraryError("no PE signature")
        sections, optional_bytes = self.short(signature + 6), self.short(signature + 20)
        self.optional = signature + 24
        if self.short(self.optional) != PE32_PLUS:
            raise NotALibraryError("not a 64-bit image")
        table = self.optional + optional_bytes
        self._sections = [self._section(table + SECTION_BYTES * index) for index in range(sections)]

    def _section(self, at: int) -> tuple[int, int, int]:
        memory_bytes, address, file_bytes, place = struct.unpack_from("<4I", self.data, at + 8)
        return address, address + max(memory_bytes, file_bytes), place

    def short(self, at: int) -> int:
        return int(struct.unpack_from("<H", self.data, at)[0])

    def number(self, at: int) -> int:
        return int(struct.unpack_from("<I", self.data, at)[0])

    def place(self, address: int) -> int:
        for start, end, place in self._sections:
            if start <= address < end:
                return address - start + place
        raise NotALibraryError(f"address {address:#x} is in no section")

    def text(self, address: int) -> str:
        start = self.place(address)
        return self.data[start : self.data.index(b"\0", start)].decode("ascii")


def exported_names(library: bytes) -> list[str]:
    """Return the names a 64-bit library exports, in its own order; raise NotALibraryError."""
    try:
        image = _Image(library)
        directory = image.number(image.optional + EXPORT_DIRECTORY_OFFSET)
        if not directory:
            raise NotALibraryError("no exports")
        at = image.place(directory)
        count = image.number(at + 24)
        names = image.place(image.number(at + 32)) if count else 0
        return [image.text(image.number(names + 4 * index)) for index in range(count)]
    except (struct.error, ValueError) as problem:
        raise NotALibraryError(str(problem)) from problem


def forwarding_definition(library: str, names: Collection[str], target: str, own: Collection[str] = ()) -> str:
    """Return the linker's definition of a `library` that has the names in `own` itself, the others from `target`.

    A function that `library` has itself is called `own_NAME` in its source: names like cexp belong to the compiler.
    """
    lines = [f'"{name}" = "own_{name}"' if name in own else f'"{name}" = "{target}.{name}"' for name in names]
    return "\n".join([f"LIBRARY {library}", "EXPORTS", *lines, ""])


def without_builtin_mark(library: bytes) -> bytes:
    """Return the library as Wine loads it from any place: what bears the mark is only taken from Wine's own folders."""
    if library[MARK_OFFSET : MARK_OFFSET + len(BUILTIN_MARK)] != BUILTIN_MARK:
        return library
    return library[:MARK_OFFSET] + bytes(len(BUILTIN_MARK)) + library[MARK_OFFSET + len(BUILTIN_MARK) :]
