"""The operating system behind ports."""
