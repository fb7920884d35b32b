"""The seams through which aiortc's media side is extended, for the browser companion, the camera and voice.

The session itself sends no media yet: its screen travels as tiles on a data channel. `MediaSide` (media.py) is the
way in; ARCHITECTURE.md lists the seams and what each replaces.
"""
