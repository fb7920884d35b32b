"""Tries out on this machine what a session stands on; knows neither windows nor words."""

from remotedesk.engine.doctor.checks import Doctor
from remotedesk.engine.doctor.finding import Check, Field, Finding, Outcome, Stand, Why
from remotedesk.engine.doctor.network_checks import NetworkCheck, NetworkChecks, Step
from remotedesk.engine.doctor.report import NetworkReport, Offers, Verdict

__all__ = [
    "Check", "Doctor", "Field", "Finding", "NetworkCheck", "NetworkChecks", "NetworkReport", "Offers", "Outcome",
    "Stand", "Step", "Verdict", "Why",
]  # fmt: skip
