"""The screen as people see it: both real clients measured from outside, from one display to the other over a link."""
