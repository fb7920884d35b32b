"""The messages that travel, each a bounded struct; PROTOCOL.md is the normative text."""
