"""Stand-ins for the world outside, with a memory of their own."""
