"""Promises kept on a real API server: rights, read-only, exit codes. Written to by an independent client."""
