"""What the adapters call of Windows' own libraries, with the types of each call; importable on Windows only.

Names, structures and constants are those of the Windows SDK (winuser.h, wingdi.h, winbase.h, wtsapi32.h). A call that
fails leaves its reason in `last_error()` of the same thread.
"""

import ctypes
from ctypes import POINTER, Structure, Union, c_int, c_size_t, c_ssize_t, c_ulong, c_void_p
from ctypes import wintypes as w
from typing import Any, Final

ULONG_PTR = c_size_t
LRESULT = c_ssize_t

_user32 = ctypes.WinDLL("user32", use_last_error=True)
_gdi32 = ctypes.WinDLL("gdi32", use_last_error=True)
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_wtsapi32 = ctypes.WinDLL("wtsapi32", use_last_error=True)
_msvcrt = ctypes.CDLL("msvcrt")  # the C library of what was built with MinGW; Python has a newer one
_dwmapi = ctypes.WinDLL("dwmapi")
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_ntdll = ctypes.WinDLL("ntdll")

last_error, set_last_error = ctypes.get_last_error, ctypes.set_last_error


class MOUSEINPUT(Structure):
    """A mouse event to inject."""

    _fields_ = (
        ("dx", w.LONG), ("dy", w.LONG), ("mouseData", w.DWORD), ("dwFlags", w.DWORD), ("time", w.DWORD),
        ("dwExtraInfo", ULONG_PTR),
    )  # fmt: skip


class KEYBDINPUT(Structure):
    """A key event to inject."""

    _fields_ = (
        ("wVk", w.WORD), ("wScan", w.WORD), ("dwFlags", w.DWORD), ("time", w.DWORD), ("dwExtraInfo", ULONG_PTR),
    )  # fmt: skip


class _InputUnion(Union):
    _fields_ = (("mi", MOUSEINPUT), ("ki", KEYBDINPUT))


class INPUT(Structure):
    """What SendInput takes."""

    _fields_ = (("type", w.DWORD), ("u", _InputUnion))


class RAWINPUTDEVICE(Structure):
    """What RegisterRawInputDevices takes."""

    _fields_ = (("usUsagePage", w.USHORT), ("usUsage", w.USHORT), ("dwFlags", w.DWORD), ("hwndTarget", w.HWND))


class RAWINPUTHEADER(Structure):
    """What each WM_INPUT begins with."""

    _fields_ = (("dwType", w.DWORD), ("dwSize", w.DWORD), ("hDevice", w.HANDLE), ("wParam", w.WPARAM))


class RAWMOUSE(Structure):
    """What a mouse did."""

    _fields_ = (
        ("usFlags", w.USHORT), ("ulButtons", w.ULONG), ("ulRawButtons", w.ULONG), ("lLastX", w.LONG),
        ("lLastY", w.LONG), ("ulExtraInformation", w.ULONG),
    )  # fmt: skip


class RAWKEYBOARD(Structure):
    """What a keyboard did."""

    _fields_ = (
        ("MakeCode", w.USHORT), ("Flags", w.USHORT), ("Reserved", w.USHORT), ("VKey", w.USHORT), ("Message", w.UINT),
        ("ExtraInformation", w.ULONG),
    )  # fmt: skip


class _RawUnion(Union):
    _fields_ = (("mouse", RAWMOUSE), ("keyboard", RAWKEYBOARD))


class RAWINPUT(Structure):
    """What GetRawInputData gives."""

    _fields_ = (("header", RAWINPUTHEADER), ("data", _RawUnion))


class OSVERSIONINFOW(Structure):
    """Which Windows this is."""

    _fields_ = (
        ("dwOSVersionInfoSize", w.ULONG), ("dwMajorVersion", w.ULONG), ("dwMinorVersion", w.ULONG),
        ("dwBuildNumber", w.ULONG), ("dwPlatformId", w.ULONG), ("szCSDVersion", w.WCHAR * 128),
    )  # fmt: skip


class InputMessageSource(Structure):
    """INPUT_MESSAGE_SOURCE: what made the input message that a thread has taken."""

    _fields_ = (("deviceType", c_int), ("originId", c_int))


class CURSORINFO(Structure):
    """The pointer."""

    _fields_ = (("cbSize", w.DWORD), ("flags", w.DWORD), ("hCursor", w.HANDLE), ("ptScreenPos", w.POINT))


class ICONINFO(Structure):
    """What a pointer looks like."""

    _fields_ = (
        ("fIcon", w.BOOL), ("xHotspot", w.DWORD), ("yHotspot", w.DWORD), ("hbmMask", w.HBITMAP),
        ("hbmColor", w.HBITMAP),
    )  # fmt: skip


class BITMAP(Structure):
    """A bitmap's size."""

    _fields_ = (
        ("bmType", w.LONG), ("bmWidth", w.LONG), ("bmHeight", w.LONG), ("bmWidthBytes", w.LONG), ("bmPlanes", w.WORD),
        ("bmBitsPixel", w.WORD), ("bmBits", c_void_p),
    )  # fmt: skip


class BITMAPINFOHEADER(Structure):
    """A bitmap's format."""

    _fields_ = (
        ("biSize", w.DWORD), ("biWidth", w.LONG), ("biHeight", w.LONG), ("biPlanes", w.WORD), ("biBitCount", w.WORD),
        ("biCompression", w.DWORD), ("biSizeImage", w.DWORD), ("biXPelsPerMeter", w.LONG), ("biYPelsPerMeter", w.LONG),
        ("biClrUsed", w.DWORD), ("biClrImportant", w.DWORD),
    )  # fmt: skip


class COPYDATASTRUCT(Structure):
    """What WM_COPYDATA brings; gone when it has been answered."""

    _fields_ = (("dwData", ULONG_PTR), ("cbData", w.DWORD), ("lpData", c_void_p))


class LASTINPUTINFO(Structure):
    """When anybody, or any program, last moved the mouse or pressed a key."""

    _fields_ = (("cbSize", w.UINT), ("dwTime", w.DWORD))


WNDPROC = ctypes.WINFUNCTYPE(LRESULT, w.HWND, w.UINT, w.WPARAM, w.LPARAM)
MONITORENUMPROC = ctypes.WINFUNCTYPE(w.BOOL, w.HMONITOR, w.HDC, POINTER(w.RECT), w.LPARAM)
WNDENUMPROC = ctypes.WINFUNCTYPE(w.BOOL, w.HWND, w.LPARAM)


class WNDCLASSW(Structure):
    """A class of windows."""

    _fields_ = (
        ("style", w.UINT), ("lpfnWndProc", WNDPROC), ("cbClsExtra", c_int), ("cbWndExtra", c_int),
        ("hInstance", w.HINSTANCE), ("hIcon", w.HANDLE), ("hCursor", w.HANDLE), ("hbrBackground", w.HANDLE),
        ("lpszMenuName", w.LPCWSTR), ("lpszClassName", w.LPCWSTR),
    )  # fmt: skip


def _typed(function: Any, result: Any, *arguments: Any) -> Any:
    function.restype, function.argtypes = result, arguments
    return function


SM_SWAPBUTTON: Final = 23
SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN = 76, 77, 78, 79
GetSystemMetrics = _typed(_user32.GetSystemMetrics, c_int, c_int)
EnumDisplayMonitors = _typed(_user32.EnumDisplayMonitors, w.BOOL, w.HDC, POINTER(w.RECT), MONITORENUMPROC, w.LPARAM)
DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2: Final = c_void_p(-4)
SetProcessDpiAwarenessContext = _typed(_user32.SetProcessDpiAwarenessContext, w.BOOL, c_void_p)
GetThreadDpiAwarenessContext = _typed(_user32.GetThreadDpiAwarenessContext, c_void_p)
DPI_AWARENESS_PER_MONITOR_AWARE: Final = 2  # in either version
GetAwarenessFromDpiAwarenessContext = _typed(_user32.GetAwarenessFromDpiAwarenessContext, c_int, c_void_p)

INPUT_MOUSE, INPUT_KEYBOARD = 0, 1
MOUSEEVENTF_MOVE, MOUSEEVENTF_ABSOLUTE, MOUSEEVENTF_VIRTUALDESK = 0x1, 0x8000, 0x4000
MOUSEEVENTF_WHEEL, MOUSEEVENTF_HWHEEL = 0x800, 0x1000
KEYEVENTF_EXTENDEDKEY, KEYEVENTF_KEYUP, KEYEVENTF_UNICODE, KEYEVENTF_SCANCODE = 0x1, 0x2, 0x4, 0x8
MAPVK_VSC_TO_VK_EX: Final = 3
SendInput = _typed(_user32.SendInput, w.UINT, w.UINT, POINTER(INPUT), c_int)
MapVirtualKeyW = _typed(_user32.MapVirtualKeyW, w.UINT, w.UINT, w.UINT)
GetLastInputInfo = _typed(_user32.GetLastInputInfo, w.BOOL, POINTER(LASTINPUTINFO))

WindowFromPoint = _typed(_user32.WindowFromPoint, w.HWND, w.POINT)
GetForegroundWindow = _typed(_user32.GetForegroundWindow, w.HWND)
GetWindowThreadProcessId = _typed(_user32.GetWindowThreadProcessId, w.DWORD, w.HWND, POINTER(w.DWORD))
EnumWindows = _typed(_user32.EnumWindows, w.BOOL, WNDENUMPROC, w.LPARAM)
IsWindowVisible = _typed(_user32.IsWindowVisible, w.BOOL, w.HWND)
IsIconic = _typed(_user32.IsIconic, w.BOOL, w.HWND)
GetWindowRect = _typed(_user32.GetWindowRect, w.BOOL, w.HWND, POINTER(w.RECT))
WDA_NONE, WDA_EXCLUDEFROMCAPTURE = 0x0, 0x11
SetWindowDisplayAffinity = _typed(_user32.SetWindowDisplayAffinity, w.BOOL, w.HWND, w.DWORD)
DwmFlush = _typed(_dwmapi.DwmFlush, c_int)
POINT = w.POINT
GetCursorPos = _typed(_user32.GetCursorPos, w.BOOL, POINTER(w.POINT))

CURSOR_SHOWING: Final = 1
GetCursorInfo = _typed(_user32.GetCursorInfo, w.BOOL, POINTER(CURSORINFO))
GetIconInfo = _typed(_user32.GetIconInfo, w.BOOL, w.HANDLE, POINTER(ICONINFO))

DIB_RGB_COLORS, BI_RGB = 0, 0
GetDC = _typed(_user32.GetDC, w.HDC, w.HWND)
ReleaseDC = _typed(_user32.ReleaseDC, c_int, w.HWND, w.HDC)
SRCCOPY, CAPTUREBLT = 0x00CC0020, 0x40000000
CreateCompatibleDC = _typed(_gdi32.CreateCompatibleDC, w.HDC, w.HDC)
DeleteDC = _typed(_gdi32.DeleteDC, w.BOOL, w.HDC)
CreateDIBSection = _typed(
    _gdi32.CreateDIBSection, w.HBITMAP, w.HDC, POINTER(BITMAPINFOHEADER), w.UINT, POINTER(c_void_p), w.HANDLE, w.DWORD
)
GdiFlush = _typed(_gdi32.GdiFlush, w.BOOL)
SelectObject = _typed(_gdi32.SelectObject, w.HGDIOBJ, w.HDC, w.HGDIOBJ)
BitBlt = _typed(_gdi32.BitBlt, w.BOOL, w.HDC, c_int, c_int, c_int, c_int, w.HDC, c_int, c_int, w.DWORD)
DeleteObject = _typed(_gdi32.DeleteObject, w.BOOL, w.HGDIOBJ)
GetObjectW = _typed(_gdi32.GetObjectW, c_int, w.HANDLE, c_int, c_void_p)
GetDIBits = _typed(
    _gdi32.GetDIBits, c_int, w.HDC, w.HBITMAP, w.UINT, w.UINT, c_void_p, POINTER(BITMAPINFOHEADER), w.UINT
)

WM_QUIT, WM_INPUT, WM_HOTKEY, WM_APP = 0x12, 0xFF, 0x312, 0x8000
WM_POWERBROADCAST, WM_WTSSESSION_CHANGE = 0x218, 0x2B1
PBT_APMSUSPEND, PBT_APMRESUMESUSPEND, PBT_APMRESUMEAUTOMATIC = 0x4, 0x7, 0x12
WTS_CONSOLE_CONNECT, WTS_CONSOLE_DISCONNECT, WTS_REMOTE_CONNECT, WTS_REMOTE_DISCONNECT = 1, 2, 3, 4
WTS_SESSION_LOGOFF, WTS_SESSION_LOCK, WTS_SESSION_UNLOCK = 6, 7, 8
WS_EX_TOOLWINDOW, WS_EX_NOACTIVATE, WS_POPUP = 0x80, 0x08000000, 0x80000000
RegisterClassW = _typed(_user32.RegisterClassW, w.ATOM, POINTER(WNDCLASSW))
UnregisterClassW = _typed(_user32.UnregisterClassW, w.BOOL, w.LPCWSTR, w.HINSTANCE)
CreateWindowExW = _typed(
    _user32.CreateWindowExW, w.HWND, w.DWORD, w.LPCWSTR, w.LPCWSTR, w.DWORD, c_int, c_int, c_int, c_int, w.HWND,
    w.HMENU, w.HINSTANCE, w.LPVOID,
)  # fmt: skip
DestroyWindow = _typed(_user32.DestroyWindow, w.BOOL, w.HWND)
DefWindowProcW = _typed(_user32.DefWindowProcW, LRESULT, w.HWND, w.UINT, w.WPARAM, w.LPARAM)
GetMessageW = _typed(_user32.GetMessageW, c_int, POINTER(w.MSG), w.HWND, w.UINT, w.UINT)
DispatchMessageW = _typed(_user32.DispatchMessageW, LRESULT, POINTER(w.MSG))
PostMessageW = _typed(_user32.PostMessageW, w.BOOL, w.HWND, w.UINT, w.WPARAM, w.LPARAM)
WM_SETTEXT, WM_GETTEXT = 0xC, 0xD
WM_KEYFIRST, WM_KEYDOWN, WM_SYSKEYDOWN, WM_KEYLAST = 0x100, 0x100, 0x104, 0x109
WM_MOUSEFIRST, WM_MOUSELAST, WM_NCMOUSEMOVE, WM_NCXBUTTONDBLCLK = 0x200, 0x20E, 0xA0, 0xAD
WM_NCPOINTERUPDATE, WM_NCPOINTERDOWN, WM_POINTERDOWN, WM_POINTERUP = 0x241, 0x242, 0x246, 0x247
IMO_HARDWARE, IMO_SYSTEM = 1, 4
GetMessageExtraInfo = _typed(_user32.GetMessageExtraInfo, c_ssize_t)
GetCurrentInputMessageSource = _typed(_user32.GetCurrentInputMessageSource, w.BOOL, POINTER(InputMessageSource))
SendMessageW = _typed(_user32.SendMessageW, LRESULT, w.HWND, w.UINT, w.WPARAM, w.LPARAM)
WM_COPYDATA, SMTO_ABORTIFHUNG = 0x4A, 0x2
SendMessageTimeoutW = _typed(
    _user32.SendMessageTimeoutW, LRESULT, w.HWND, w.UINT, w.WPARAM, w.LPARAM, w.UINT, w.UINT, c_void_p
)
SetWindowTextW = _typed(_user32.SetWindowTextW, w.BOOL, w.HWND, w.LPCWSTR)
FindWindowW = _typed(_user32.FindWindowW, w.HWND, w.LPCWSTR, w.LPCWSTR)
AllowSetForegroundWindow = _typed(_user32.AllowSetForegroundWindow, w.BOOL, w.DWORD)
PostQuitMessage = _typed(_user32.PostQuitMessage, None, c_int)
GetModuleHandleW = _typed(_kernel32.GetModuleHandleW, w.HMODULE, w.LPCWSTR)

MOD_CONTROL, MOD_SHIFT, MOD_NOREPEAT = 0x2, 0x4, 0x4000
RegisterHotKey = _typed(_user32.RegisterHotKey, w.BOOL, w.HWND, c_int, w.UINT, w.UINT)
UnregisterHotKey = _typed(_user32.UnregisterHotKey, w.BOOL, w.HWND, c_int)

MOUSE_MOVE_ABSOLUTE: Final = 1
RIM_TYPEMOUSE, RIDEV_REMOVE, RIDEV_INPUTSINK, RID_INPUT = 0, 0x1, 0x100, 0x10000003
RegisterRawInputDevices = _typed(_user32.RegisterRawInputDevices, w.BOOL, POINTER(RAWINPUTDEVICE), w.UINT, w.UINT)
GetRawInputData = _typed(_user32.GetRawInputData, w.UINT, w.HANDLE, w.UINT, c_void_p, POINTER(w.UINT), w.UINT)

NOTIFY_FOR_THIS_SESSION: Final = 0
WTSRegisterSessionNotification = _typed(_wtsapi32.WTSRegisterSessionNotification, w.BOOL, w.HWND, w.DWORD)
WTSUnRegisterSessionNotification = _typed(_wtsapi32.WTSUnRegisterSessionNotification, w.BOOL, w.HWND)

PROCESS_QUERY_LIMITED_INFORMATION, TOKEN_QUERY, TOKEN_INTEGRITY_LEVEL = 0x1000, 0x8, 25
OpenProcess = _typed(_kernel32.OpenProcess, w.HANDLE, w.DWORD, w.BOOL, w.DWORD)
GetCurrentProcess = _typed(_kernel32.GetCurrentProcess, w.HANDLE)
GetCurrentProcessId = _typed(_kernel32.GetCurrentProcessId, w.DWORD)
CloseHandle = _typed(_kernel32.CloseHandle, w.BOOL, w.HANDLE)
OpenProcessToken = _typed(_advapi32.OpenProcessToken, w.BOOL, w.HANDLE, w.DWORD, POINTER(w.HANDLE))
GetTokenInformation = _typed(
    _advapi32.GetTokenInformation, w.BOOL, w.HANDLE, c_int, c_void_p, w.DWORD, POINTER(w.DWORD)
)
GetSidSubAuthorityCount = _typed(_advapi32.GetSidSubAuthorityCount, POINTER(ctypes.c_ubyte), c_void_p)
GetSidSubAuthority = _typed(_advapi32.GetSidSubAuthority, POINTER(c_ulong), c_void_p, w.DWORD)

putenv = _typed(_msvcrt._putenv, c_int, ctypes.c_char_p)

SYNCHRONIZE, ERROR_ALREADY_EXISTS = 0x100000, 183
CreateMutexW = _typed(_kernel32.CreateMutexW, w.HANDLE, c_void_p, w.BOOL, w.LPCWSTR)
OpenMutexW = _typed(_kernel32.OpenMutexW, w.HANDLE, w.DWORD, w.BOOL, w.LPCWSTR)

# What GetVersionEx says depends on the manifest of the program that asks; this does not.
RtlGetVersion = _typed(_ntdll.RtlGetVersion, w.LONG, POINTER(OSVERSIONINFOW))
