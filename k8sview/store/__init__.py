"""Current state of one cluster: events in, immutable views out. One writer; no I/O."""
