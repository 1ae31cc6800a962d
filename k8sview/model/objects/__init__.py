"""Kubernetes objects as typed values that keep only the fields something here uses; one module per API family.

Attribute names are the API's, in snake case. Lists are tuples, absent ones empty; absent scalars are None or the zero
that the API documents. Unknown fields are skipped while decoding.
"""
