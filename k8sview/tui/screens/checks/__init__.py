"""Every check with its status, of the whole house, a floor, or a component."""
