"""The check engine, its predicates, and what rules share."""
