"""The customer's end of control, between the arriving events and the injector."""

import time
from collections.abc import Callable

from remotedesk.core.consent import ConsentGate, Feature, Grant
from remotedesk.core.errors import ErrorCode
from remotedesk.features.control import ControlReceiver
from remotedesk.platform.fake import FakeInjector, FakePlatform
from remotedesk.wire.input import Key
from tests.support.xserver import wait_until


class InterruptedPlatform(FakePlatform):
    """A machine whose user touches his mouse at the very moment a key is about to be pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.touched: Callable[[], None] = lambda: None

    def open_injector(self, grant: Grant, prompt_open: Callable[[], bool]) -> FakeInjector:
        injector = super().open_injector(grant, prompt_open)
        press = injector.key

        def interrupted(grant: Grant, code: str, pressed: bool) -> None:
            self.touched()
            press(grant, code, pressed)

        injector.key = interrupted  # type: ignore[method-assign]
        return injector


def test_a_key_pressed_while_the_local_user_begins_does_not_stay_down() -> None:
    gate = ConsentGate(time.monotonic)
    platform = InterruptedPlatform()
    refused: list[ErrorCode] = []
    acted: list[None] = []
    control = ControlReceiver(platform, gate, lambda: acted.append(None), refused.append)
    platform.touched = control.hold
    control.start(gate.allow(Feature.CONTROL))
    try:
        control.on_input(Key(1, "KeyA", True))
        wait_until(lambda: bool(acted), what="the key")
        assert not platform.held
        control.on_input(Key(2, "KeyA", False))
        wait_until(lambda: refused == [ErrorCode.INPUT_HELD_BY_LOCAL_USER], what="the refusal")
    finally:
        control.join()
