"""The scheduler explained, on small clusters and against a real scheduler."""
