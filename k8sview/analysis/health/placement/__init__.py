"""Which nodes refuse a pod, why, and the least that would have to change: the scheduler's filters, computed again.

Reads a view and gives values; what of it is worth saying, and on whom to lay the blame, is for the diagnoses.
"""
