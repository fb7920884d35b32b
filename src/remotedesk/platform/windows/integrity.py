"""Tells whether Windows keeps our input from a window: it does, silently, from programs with more rights than ours.

Microsoft, "SendInput function": neither its result nor GetLastError says that user interface privilege isolation was
the reason.
"""

import ctypes
from ctypes import wintypes as w
from typing import Any, Final

from remotedesk.platform.windows import win32

_LOW: Final = 0x1000  # SECURITY_MANDATORY_LOW_RID: what a process without a label counts as here


def outranks_us(pid: int) -> bool:
    """True if this process runs with more rights than ours, or if Windows won't even say."""
    if not pid:
        return False
    process = win32.OpenProcess(win32.PROCESS_QUERY_LIMITED_INFORMATION, False, pid)
    if not process:
        return True
    try:
        return _level(process) > _level(win32.GetCurrentProcess())
    finally:
        win32.CloseHandle(process)


def _level(process: Any) -> int:
    """Return the integrity level of a process, a RID of [MS-DTYP] 2.4.4.13; a very high one if it is kept from us."""
    token = w.HANDLE()
    if not win32.OpenProcessToken(process, win32.TOKEN_QUERY, ctypes.byref(token)):
        return 1 << 16
    try:
        size = w.DWORD()
        label = ctypes.create_string_buffer(256)
        if not win32.GetTokenInformation(token, win32.TOKEN_INTEGRITY_LEVEL, label, len(label), ctypes.byref(size)):
            return _LOW
        sid = ctypes.c_void_p.from_buffer(label)  # a TOKEN_MANDATORY_LABEL begins with a pointer to its SID
        count = win32.GetSidSubAuthorityCount(sid).contents.value
        return int(win32.GetSidSubAuthority(sid, count - 1).contents.value)
    finally:
        win32.CloseHandle(token)
