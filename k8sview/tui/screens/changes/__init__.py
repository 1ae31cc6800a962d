"""What changed lately, newest first. Judges nothing."""
