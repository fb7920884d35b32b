"""Signaling, pairing and the peer connection."""
