"""What the product knows without touching the world: no I/O, no clock, standard library only."""
