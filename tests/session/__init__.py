"""Tests of composition: one run, and a session that lives."""
