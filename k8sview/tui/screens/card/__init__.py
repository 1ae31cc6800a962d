"""The change card: one drift in full. Judges nothing."""
