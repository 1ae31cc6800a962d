"""Two sides as equals."""
