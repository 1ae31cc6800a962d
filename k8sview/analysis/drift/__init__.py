"""Drift: what changed where nothing should have, and when. Reads a view, names facts, changes nothing."""
