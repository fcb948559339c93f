"""Mutated messages by the hundred thousand: `python -m tests.fuzz`, a slice of it in the tests."""
