"""One object: summary, YAML, events, owners, and why it is as it is."""
