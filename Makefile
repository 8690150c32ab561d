# One environment in .venv, made once; every target after the first starts in seconds.
# Another Python: make PYTHON=python3.12 course

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help course lab test lint data record clean

help:
	@echo "make course   install if needed, run every notebook, print the table of claims, write build/"
	@echo "make lab      the same environment in JupyterLab, on the first notebook"
	@echo "make test     lint, unit tests, notebook rules, every notebook without network"
	@echo "make lint     ruff only"
	@echo "make data     write the generated data sets in data/ again (they are committed)"
	@echo "make record   train every cure of notebook 05 again into data/results/ (continues when killed)"
	@echo "make clean    delete build/ and caches; .venv, data/ and notebooks/ stay"

course: $(READY)
	$(PY) -m domainlab.lab.course

lab: $(READY)
	$(PY) -m jupyter lab notebooks/00_start_here.ipynb

test: lint
	$(PY) -m pytest

lint: $(READY)
	$(PY) -m ruff check .

data: $(READY)
	$(PY) -m domainlab.data

record: $(READY)
	$(PY) -m domainlab.forget.record
	$(PY) -m domainlab.assist.curve

clean:
	rm -rf build .pytest_cache .ruff_cache
	find domainlab tests notebooks benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The stamp is written last: an installation that was interrupted is finished by the next make.
$(READY): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "domainlab needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`." \
	    "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install --disable-pip-version-check -r requirements.txt
	$(PY) -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
