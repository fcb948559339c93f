"""Meters are taken into the park file, and given back."""
