"""The kinds of drift that a view alone shows, and everything that only looks like one."""
