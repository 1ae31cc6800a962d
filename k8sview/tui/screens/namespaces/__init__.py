"""The namespaces, to look at all, one or several of them."""
