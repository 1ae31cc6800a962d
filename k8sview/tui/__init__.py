"""The terminal app: shows what the session publishes and takes keys; judges nothing and talks to no cluster."""
