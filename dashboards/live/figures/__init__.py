"""The numbers that the pages show, computed from park, store and live state; no formatting, no language."""
