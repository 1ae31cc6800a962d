"""The terminal app: view models as tables of cases, the app by its keys, a few pictures."""
