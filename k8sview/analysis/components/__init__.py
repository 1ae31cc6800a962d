"""What is installed: presence, version and parts of every catalogued component, from one view."""
