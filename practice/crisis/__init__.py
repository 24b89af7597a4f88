"""Crisis: recognise it, answer at once, tell staff."""
