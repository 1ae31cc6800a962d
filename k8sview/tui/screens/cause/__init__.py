"""The page of one root cause. Judges nothing."""
