"""Every method of every port that takes a grant refuses a dead, a suspended and another feature's grant."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from remotedesk.core.consent import ConsentGate, Feature, Grant, Suspension
from remotedesk.core.errors import ConsentError, ErrorCode
from remotedesk.platform import ports
from remotedesk.platform.fake import FakePlatform
from remotedesk.platform.x11.platform import X11Platform
from tests.support.grants import Allowed
from tests.support.x11 import Onlooker
from tests.support.xserver import XServer

ARGUMENTS: dict[str, Any] = {
    "code": "KeyA",
    "pressed": True,
    "text": "a",
    "x": 10,
    "y": 10,
    "button": 0,
    "dx": 120,
    "dy": 120,
    "window": 1,
    "prompt_open": lambda: False,
}
FEATURES = {
    "ScreenCapture": Feature.VIEW,
    "CursorWatch": Feature.VIEW,
    "InputInjector": Feature.CONTROL,
    "open_capture": Feature.VIEW,
    "open_cursor": Feature.VIEW,
    "open_injector": Feature.CONTROL,
    "hide_from_picture": Feature.VIEW,
}


def acting_methods() -> list[tuple[str, str]]:
    """Return port and method of everything in ports.py that takes a grant."""
    return [
        (port.__name__, name)
        for _, port in inspect.getmembers(ports, inspect.isclass)
        if port.__module__ == ports.__name__
        for name, method in inspect.getmembers(port, inspect.isfunction)
        if "grant" in inspect.signature(method).parameters
    ]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with XServer(window_manager=False) as server:
        yield server.display


@pytest.fixture(params=["x11", "fake"])
def platform(request: pytest.FixtureRequest, display: str) -> ports.Platform:
    return X11Platform({"DISPLAY": display}) if request.param == "x11" else FakePlatform()


def revoked(gate: ConsentGate, feature: Feature) -> Grant:
    grant = gate.grant(feature)
    gate.revoke(feature)
    return grant


def suspended(gate: ConsentGate, feature: Feature) -> Grant:
    gate.suspend(Suspension.LOCKED)
    return gate.grant(feature)


def stopped(gate: ConsentGate, feature: Feature) -> Grant:
    grant = gate.grant(feature)
    gate.stop()
    return grant


def of_another_feature(gate: ConsentGate, feature: Feature) -> Grant:
    return gate.allow(next(other for other in Feature if other is not feature))


BAD = [
    (revoked, ErrorCode.GRANT_REVOKED),
    (stopped, ErrorCode.GRANT_REVOKED),
    (suspended, ErrorCode.GRANT_SUSPENDED),
    (of_another_feature, ErrorCode.NOT_GRANTED),
]


def test_the_ports_are_all_covered() -> None:
    assert {port for port, _ in acting_methods()} == {"ScreenCapture", "CursorWatch", "InputInjector", "Platform"}
    assert len(acting_methods()) == 11


@pytest.mark.parametrize(("port", "name"), acting_methods())
@pytest.mark.parametrize(("spoil", "code"), BAD, ids=lambda value: getattr(value, "__name__", ""))
def test_refused(
    platform: ports.Platform,
    display: str,
    port: str,
    name: str,
    spoil: Callable[[ConsentGate, Feature], Grant],
    code: ErrorCode,
) -> None:
    allowed = Allowed()
    opened: dict[str, Any] = {
        "Platform": platform,
        "ScreenCapture": platform.open_capture(allowed.view),
        "CursorWatch": platform.open_cursor(allowed.view),
        "InputInjector": platform.open_injector(allowed.control, allowed.prompt_open),
    }
    method = getattr(opened[port], name)
    wanted = [parameter for parameter in inspect.signature(method).parameters if parameter != "grant"]
    arguments = {parameter: ARGUMENTS[parameter] for parameter in wanted}
    grant = spoil(allowed.gate, FEATURES.get(name) or FEATURES[port])
    try:
        with Onlooker(display) as onlooker:
            before = onlooker.pointer()
            with pytest.raises(ConsentError) as refusal:
                method(grant=grant, **arguments)
            assert refusal.value.code is code
            assert onlooker.pointer() == before
            assert onlooker.nothing_down()
    finally:
        opened["ScreenCapture"].close()
        opened["CursorWatch"].close()
        opened["InputInjector"].close()
    if isinstance(platform, FakePlatform):
        assert not platform.injected
        assert not platform.grabs
