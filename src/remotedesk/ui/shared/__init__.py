"""What both roles show: theme, widgets, chat."""
