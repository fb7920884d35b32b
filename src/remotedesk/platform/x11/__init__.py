"""X11 adapters."""
