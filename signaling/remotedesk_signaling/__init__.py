"""The signaling server: pairs two clients and relays what it cannot read."""
