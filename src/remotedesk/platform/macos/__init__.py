"""macOS adapters."""
