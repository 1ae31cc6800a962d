"""The health screen: what is broken, grouped by cause, faults first. Judges nothing."""
