"""Translations and the sentences for codes."""
