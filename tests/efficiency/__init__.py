"""Efficiency and flexibility: what a load looks like, and what sun, batteries and chargers do."""
