"""Measurements that print ratios from one run on one machine: never tests, never absolute promises."""
