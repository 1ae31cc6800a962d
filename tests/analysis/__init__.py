"""Judgement on small named clusters."""
