"""What WinHTTP says about proxies, with the types of each call (winhttp.h); importable on Windows only."""

import ctypes
from ctypes import POINTER, Structure, c_int, c_void_p
from ctypes import wintypes as w
from typing import Any, Final

_winhttp = ctypes.WinDLL("winhttp", use_last_error=True)
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)

ACCESS_TYPE_NO_PROXY: Final = 1
AUTOPROXY_AUTO_DETECT, AUTOPROXY_CONFIG_URL = 1, 2
AUTO_DETECT_TYPE_DHCP, AUTO_DETECT_TYPE_DNS_A = 1, 2


class CurrentUserIeProxyConfig(Structure):
    """WINHTTP_CURRENT_USER_IE_PROXY_CONFIG; its texts are the caller's, see `taken`."""

    _fields_ = (("fAutoDetect", w.BOOL), ("lpszAutoConfigUrl", c_void_p), ("lpszProxy", c_void_p),
                ("lpszProxyBypass", c_void_p))  # fmt: skip


class AutoProxyOptions(Structure):
    """WINHTTP_AUTOPROXY_OPTIONS."""

    _fields_ = (("dwFlags", w.DWORD), ("dwAutoDetectFlags", w.DWORD), ("lpszAutoConfigUrl", w.LPCWSTR),
                ("lpvReserved", c_void_p), ("dwReserved", w.DWORD), ("fAutoLogonIfChallenged", w.BOOL))  # fmt: skip


class ProxyInfo(Structure):
    """WINHTTP_PROXY_INFO; its texts are the caller's, see `taken`."""

    _fields_ = (("dwAccessType", w.DWORD), ("lpszProxy", c_void_p), ("lpszProxyBypass", c_void_p))


def _typed(function: Any, result: Any, *arguments: Any) -> Any:
    function.restype, function.argtypes = result, arguments
    return function


GetIEProxyConfigForCurrentUser = _typed(
    _winhttp.WinHttpGetIEProxyConfigForCurrentUser, w.BOOL, POINTER(CurrentUserIeProxyConfig)
)
Open = _typed(_winhttp.WinHttpOpen, c_void_p, w.LPCWSTR, w.DWORD, w.LPCWSTR, w.LPCWSTR, w.DWORD)
SetTimeouts = _typed(_winhttp.WinHttpSetTimeouts, w.BOOL, c_void_p, c_int, c_int, c_int, c_int)
GetProxyForUrl = _typed(
    _winhttp.WinHttpGetProxyForUrl, w.BOOL, c_void_p, w.LPCWSTR, POINTER(AutoProxyOptions), POINTER(ProxyInfo)
)
CloseHandle = _typed(_winhttp.WinHttpCloseHandle, w.BOOL, c_void_p)
_GlobalFree = _typed(_kernel32.GlobalFree, c_void_p, c_void_p)


def taken(text: int | None) -> str:
    """Return a text that Windows has given, and give its memory back; nothing for none."""
    if not text:
        return ""
    try:
        return ctypes.wstring_at(text)
    finally:
        _GlobalFree(text)
