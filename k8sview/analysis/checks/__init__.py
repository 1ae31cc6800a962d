"""The check engine: predicates, named rules, applicability, findings and their folding."""
