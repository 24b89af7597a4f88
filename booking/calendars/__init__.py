"""Invitations and feeds out, busy times in."""
