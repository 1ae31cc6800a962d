"""Renderers: golden files, shapes that other programs read, and text that must stay harmless."""
