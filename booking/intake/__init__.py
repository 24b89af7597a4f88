"""From "I need someone" to people who fit: the questions, what was answered, the self-check, the match."""
