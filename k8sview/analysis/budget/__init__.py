"""Budget: what each component weighs and whether anything uses it. What could not be read weighs nobody knows what."""
