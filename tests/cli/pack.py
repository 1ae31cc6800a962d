"""A catalogue of two checks for command line tests, so that they do not depend on what the built-in one holds."""

from __future__ import annotations

from pathlib import Path

KEEPERS = "building.lighthouse.keepers-named"
LAMPS = "building.lighthouse.lamps-lit"

TEXT = """\
topic: lighthouse
title: Lighthouse
layer: building
seed: tests of the command line
checks:
- id: building.lighthouse.keepers-named
  title: Every pod names its keeper
  severity: high
  each: pods
  assert:
  - label: {any_of: [keeper]}
  why: A lighthouse without a keeper goes dark.
  next: kubectl label pod -n {namespace} {name} keeper=<name>
  url: https://example.com/keepers
  tests:
  - {name: kept, expect: pass, objects: [{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {keeper: i}}}]}
  - {name: nobody, expect: fail, objects: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]}
  - {name: may not look, expect: unknown, denied: [pods]}
- id: building.lighthouse.lamps-lit
  title: Every lamp has a bulb
  severity: low
  each: configmaps
  assert:
  - label: {any_of: [bulb]}
  why: Without a bulb there is no light.
  next: kubectl describe configmap -n {namespace} {name}
  url: https://example.com/lamps
  tests:
  - {name: lit, expect: pass, objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {bulb: l}}}]}
  - {name: dark, expect: fail, objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}
  - {name: may not look, expect: unknown, denied: [configmaps]}
"""


def write_pack(folder: Path, text: str = TEXT) -> str:
    """The pack in a folder of its own; its path."""
    place = folder / "pack"
    place.mkdir(exist_ok=True)
    (place / "lighthouse.yaml").write_text(text, encoding="utf-8")
    return str(place)
