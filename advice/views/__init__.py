"""The doors of the column's public pages."""
