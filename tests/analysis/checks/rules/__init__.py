"""Named rules, where the tests inside catalogue files cannot look."""
