"""Tests mirror the rooms; controlplane/ and fakes/ hold what they run against."""
