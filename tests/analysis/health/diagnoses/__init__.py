"""Each diagnosis on real object shapes."""
