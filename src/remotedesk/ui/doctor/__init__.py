"""The `doctor` command: its two windows, and its findings in words."""
