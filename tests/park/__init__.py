"""The park file."""
