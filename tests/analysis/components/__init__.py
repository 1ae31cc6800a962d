"""Tests of components: what is said to be installed, absent, or not to be known."""
