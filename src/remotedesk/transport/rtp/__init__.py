"""The seams through which aiortc's media side is extended."""
