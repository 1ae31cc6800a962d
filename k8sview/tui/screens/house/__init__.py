"""Home: the three floors, root causes, recent changes, coverage."""
