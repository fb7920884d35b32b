"""The seams through which aiortc's data channels are extended."""
