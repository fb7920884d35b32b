"""How the properties are tested: on a machine shared with others a slow example is no failure."""

from hypothesis import settings

settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")
