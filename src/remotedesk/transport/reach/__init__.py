"""Ways out of the network this machine is in, and through them to the server's STUN and TURN."""
