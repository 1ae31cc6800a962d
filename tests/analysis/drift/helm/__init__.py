"""Helm releases without Helm."""
