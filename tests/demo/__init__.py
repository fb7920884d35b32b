"""`make demo`: the whole product at work, with a person at the screen or without one."""
