"""The doors of the diary's public pages."""
