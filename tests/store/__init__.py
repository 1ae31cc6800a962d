"""Tests of the store: events in, views out."""
