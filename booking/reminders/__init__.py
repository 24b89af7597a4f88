"""What a client is reminded of, and what their answer does."""
