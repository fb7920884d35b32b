"""The whole server side on one machine, to try out and for tests: the shipped configuration and a CA of its own."""

from remotedesk_signaling.trial.server_side import Engineer, ServerSide, TrialError

__all__ = ["Engineer", "ServerSide", "TrialError"]
