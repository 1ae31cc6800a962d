"""Recordings: a cluster's objects and events in one file, redacted, played back as a source.

``format`` says what a line is, ``redaction`` what may be in it, ``writer`` and ``record`` make a file, ``file`` and
``source`` read one. Nothing here talks to a cluster. This file imports nothing: a reader need not pay for a writer.
"""
