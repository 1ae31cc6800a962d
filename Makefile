# Everything happens in .venv; nothing but Python 3.11+ and make is needed. `make demo` and `make test` set up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Exact versions of everything (make lock renews them), so that a fresh machine gets what was tested.
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --constraint requirements/locked.txt

.PHONY: demo test lint controlplane demo-recording screenshots docs benchmarks lock clean

demo: $(VENV)/.runtime  ## open the terminal app on the shipped demo recording
	@$(BIN)/k8sview demo

test: $(VENV)/.dev  ## run the tests; those on a real control plane run where it is built (make controlplane)
	$(BIN)/python -m pytest

lint: $(VENV)/.dev  ## formatting, lints, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

controlplane:  ## build the real control plane for tests (Go 1.26+, minutes once)
	tests/controlplane/build.sh

demo-recording: $(VENV)/.dev controlplane  ## record the demo anew from a real control plane
	$(BIN)/python -m demo.record

screenshots: $(VENV)/.dev  ## draw screenshots/ from the demo recording
	$(BIN)/python -m screenshots.make

docs: $(VENV)/.dev  ## write the pages that are made from the program itself
	$(BIN)/python -m docs.make

benchmarks: $(VENV)/.dev  ## measure the budgets (needs make controlplane)
	$(BIN)/python -m tests.benchmarks

lock:  ## renew requirements/locked.txt
	$(BIN)/python -m uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --no-emit-index-url --no-header --no-annotate -o requirements/locked.txt --upgrade

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "k8sview needs Python 3.11 or newer; set PYTHON=…" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python pyproject.toml requirements/locked.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(PIP) -e '.[dev]'
	@touch $@
