"""The cases, one module per family of failures. Each module has ``CASES``; ``every.py`` puts them together."""
