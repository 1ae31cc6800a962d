"""The drift screen: what differs from what it should be, worst first. Judges nothing."""
