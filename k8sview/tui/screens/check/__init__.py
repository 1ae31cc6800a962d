"""One check and its findings."""
