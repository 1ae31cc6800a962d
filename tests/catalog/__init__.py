"""The catalogue: loading strictly, testing itself, and being written about truthfully."""
