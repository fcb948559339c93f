"""The way out: what people look at."""
