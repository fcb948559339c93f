"""Measures; asserts nothing. `make bench` runs everything and prints one table."""
