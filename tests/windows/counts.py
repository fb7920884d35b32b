"""Counts what a process holds of Windows: handles, windows, GDI objects, threads."""

import ctypes
import threading
from collections import Counter
from ctypes import wintypes as w

from remotedesk.platform.windows import win32

# The table of GDI objects that each process has, [MS] PEB.GdiSharedHandleTable: GetGuiResources counts nothing on Wine.
_TABLE_IN_PEB = 0xF8
_HIGHEST_HANDLE = 0x10000
_ENTRIES, _ENTRY_BYTES, _TYPE_AT = 0x10000, 24, 14


def counts() -> dict[str, int]:
    """Return how many there are of each kind."""
    return {
        "handles": handles(),
        "windows": windows(),
        "gdi": sum(gdi_objects().values()),
        "threads": threading.active_count(),
    }


def handles() -> int:
    """Return the number of the process's kernel handles, each asked for: GetProcessHandleCount counts none on Wine."""
    flags = w.DWORD()
    known = ctypes.windll.kernel32.GetHandleInformation
    return sum(bool(known(w.HANDLE(value), ctypes.byref(flags))) for value in range(4, _HIGHEST_HANDLE, 4))


def windows() -> int:
    """Return the number of the process's top-level windows, shown or not."""
    own, found = win32.GetCurrentProcessId(), []

    def look(window: int, _: int) -> bool:
        pid = w.DWORD()
        win32.GetWindowThreadProcessId(window, ctypes.byref(pid))
        if pid.value == own:
            found.append(window)
        return True

    win32.EnumWindows(win32.WNDENUMPROC(look), 0)
    return len(found)


def gdi_objects() -> Counter[int]:
    """Return how many GDI objects there are of each type."""
    ctypes.windll.ntdll.RtlGetCurrentPeb.restype = ctypes.c_void_p
    peb = ctypes.windll.ntdll.RtlGetCurrentPeb()
    table = ctypes.c_void_p.from_address(peb + _TABLE_IN_PEB).value or 0
    kinds = bytes((ctypes.c_char * (_ENTRIES * _ENTRY_BYTES)).from_address(table))[_TYPE_AT::_ENTRY_BYTES]
    return Counter(kind for kind in kinds if kind)
