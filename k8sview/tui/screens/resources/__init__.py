"""Every resource the cluster serves."""
