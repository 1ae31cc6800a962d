"""Health of single objects: one verdict with three axes, from one read."""
