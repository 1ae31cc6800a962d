"""Past messages."""
