"""Composes the features into a session and runs it in its own thread."""
