"""Tries out on this machine what a session stands on; knows neither windows nor words."""

from remotedesk.engine.doctor.checks import Doctor
from remotedesk.engine.doctor.finding import Check, Field, Finding, Outcome, Stand, Why

__all__ = ["Check", "Doctor", "Field", "Finding", "Outcome", "Stand", "Why"]
