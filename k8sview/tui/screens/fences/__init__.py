"""The fence audit: every hole through which drift goes unseen. Judges nothing."""
