"""All objects of any resource."""
