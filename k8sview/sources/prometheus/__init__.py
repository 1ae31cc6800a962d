"""Named questions to a Prometheus: the fixed table ``queries`` and the ``client`` that asks them.

It only ever sends GET /api/v1/query with a query of that table. It judges nothing. Importing this package loads no HTTP
client; ``client`` does so when it asks.
"""
