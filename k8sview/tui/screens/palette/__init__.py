"""Find any action, command or resource by a few letters."""
