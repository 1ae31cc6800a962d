"""Widgets of two or more screens. Parents set their attributes, they answer with messages; siblings never meet."""
