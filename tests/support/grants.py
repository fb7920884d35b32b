"""Grants as the gate makes them, for tests of what takes one."""

import time
from dataclasses import dataclass, field

from remotedesk.core.consent import ConsentGate, Feature, Grant


@dataclass
class Allowed:
    """A gate on which the customer allowed view and control himself."""

    gate: ConsentGate = field(default_factory=lambda: ConsentGate(time.monotonic))
    view: Grant = field(init=False)
    control: Grant = field(init=False)

    def __post_init__(self) -> None:
        self.view = self.gate.allow(Feature.VIEW)
        self.control = self.gate.allow(Feature.CONTROL)

    def prompt_open(self) -> bool:
        """What the engine gives to an injector."""
        return self.gate.prompt is not None
