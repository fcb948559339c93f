"""The page: formats, texts, charts, and the page itself in a real browser."""
