"""Tests of ownership: every write as a real API server records it, and what is made of it."""
