"""The engineer's console."""
