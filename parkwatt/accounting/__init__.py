"""From readings to consumption, demand and carbon: pure functions, no clock, no network, no disk."""
