"""The stack of docker-compose.yml: what it says, and the same services as processes."""
