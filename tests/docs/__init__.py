"""Pages made from the program are those that the program would make."""
