"""Remote support that nobody in between can listen to."""

__version__ = "0.1.0"
