"""Recordings: written, redacted, read back, and broken on purpose."""
