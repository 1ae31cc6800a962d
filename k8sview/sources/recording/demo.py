"""Where the recording lies that comes with the program (made by demo/record.py)."""

from __future__ import annotations

from pathlib import Path

DEMO = Path(__file__).with_name("demo.k8sview")
