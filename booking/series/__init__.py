"""Times that come back: planned, proposed, kept and moved."""
