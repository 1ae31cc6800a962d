"""The one comparer."""
