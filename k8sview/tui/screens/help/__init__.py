"""The keys that are valid where it was asked for."""
