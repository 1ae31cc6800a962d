"""Tests of health: tables of small objects, broken and innocent ones alike."""
