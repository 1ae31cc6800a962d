"""Frozen values that several rooms share. No clock, no I/O, no client library."""
