"""The bill of a month."""
