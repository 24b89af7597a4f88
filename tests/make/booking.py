"""Test data of one room."""
