"""Where clients say when they could, and staff propose times."""
