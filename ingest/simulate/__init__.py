"""A simulated park: what its meters would show at any time, published as real devices do."""
