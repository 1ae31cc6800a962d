"""Tests of drift: what changed in place, and when."""
