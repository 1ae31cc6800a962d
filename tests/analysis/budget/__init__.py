"""Tests of budget: what components weigh, and what is said of tables that could not be read."""
