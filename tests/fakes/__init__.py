"""Stand-ins for faults that no real server produces on demand."""
