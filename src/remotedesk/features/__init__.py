"""One feature per file: each owns its messages on both ends."""
