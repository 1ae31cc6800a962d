"""Typed predicates: one grammar for judging a single object. One module per subject; all of them are loaded here."""

from __future__ import annotations

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
