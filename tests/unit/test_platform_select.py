"""Each system gets its adapter; those without one, and Wayland, are refused in plain words."""

import gc
import inspect
import sys
import time
from typing import Any

import pytest

from remotedesk.core.consent import ConsentGate, Feature
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.macos.platform import MacosPlatform
from remotedesk.platform.ports import HotKey, Platform
from remotedesk.platform.select import current_platform
from remotedesk.platform.x11.platform import X11Platform

ARGUMENTS: dict[str, Any] = {
    "grant": ConsentGate(time.monotonic).allow(Feature.VIEW),
    "prompt_open": bool,
    "key": HotKey.END,
    "pressed": print,
    "changed": print,
    "active": print,
    "native_scan_code": 38,
    "window": 1,
    "number": "123456789018",
    "command": ("remotedesk",),
    "again": print,
}
METHODS = [name for name, _ in inspect.getmembers(Platform, inspect.isfunction) if not name.startswith("_")]
# Reads and does nothing on the system's screen.
HARMLESS = {"give_back_memory", "proxy_settings", "run_proxy_script"}


@pytest.mark.parametrize(("system", "adapter"), [("darwin", MacosPlatform), ("linux", X11Platform)])
def test_the_system_chooses(monkeypatch: pytest.MonkeyPatch, system: str, adapter: type) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert type(current_platform()) is adapter


@pytest.mark.parametrize("platform", [MacosPlatform()])
@pytest.mark.parametrize("name", [name for name in METHODS if name not in HARMLESS])
def test_systems_without_an_adapter_refuse_everything(platform: Platform, name: str) -> None:
    method = getattr(platform, name)
    with pytest.raises(PlatformError) as refusal:
        method(**{parameter: ARGUMENTS[parameter] for parameter in inspect.signature(method).parameters})
    assert refusal.value.code is ErrorCode.PLATFORM_UNSUPPORTED


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"XDG_SESSION_TYPE": "wayland", "DISPLAY": ":0"}, ErrorCode.WAYLAND_UNSUPPORTED),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, ErrorCode.WAYLAND_UNSUPPORTED),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ErrorCode.WAYLAND_UNSUPPORTED),
        ({}, ErrorCode.PLATFORM_UNSUPPORTED),
        ({"DISPLAY": ""}, ErrorCode.PLATFORM_UNSUPPORTED),
        ({"DISPLAY": "nonsense"}, ErrorCode.PLATFORM_UNSUPPORTED),
        ({"DISPLAY": "unix:65000"}, ErrorCode.PLATFORM_UNSUPPORTED),
        ({"DISPLAY": ":65000"}, ErrorCode.PLATFORM_UNSUPPORTED),
    ],
)
# python-xlib leaves the socket of a connection it could not make to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_desktops_that_cannot_be_shared_are_refused(environment: dict[str, str], code: ErrorCode) -> None:
    with pytest.raises(PlatformError) as refusal:
        X11Platform(environment).require_supported()
    assert refusal.value.code is code
    del refusal
    gc.collect()
