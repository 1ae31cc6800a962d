"""Judgement: pure functions from a view to frozen results. No clock (``view.taken_at``), no I/O, no globals."""
