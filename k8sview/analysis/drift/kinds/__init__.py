"""The kinds of drift that a view alone shows: one module each, ``(view) -> Iterator[Drift]``.

Each also says what it could not look at and why (``not_checkable``). Nothing here reads a body, a file or a clock.
"""
