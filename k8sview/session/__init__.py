"""Composition: sources, store and judgement tied together for one run (``check``) or for as long as an app is open."""
