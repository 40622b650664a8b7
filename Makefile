PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:

.PHONY: help install demo test test-kafka lint lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: requirements/all.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements/all.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.developer: requirements/dev.txt $(VENV)/.installed
	$(PIP) -r requirements/dev.txt
	touch $@

install: $(VENV)/.installed ## make the environment from locked requirements

demo: $(VENV)/.installed ## run everything on this machine and replay the exercise Project X Haren
	$(BIN)/seinpost demo

test: $(VENV)/.developer ## run the tests on the embedded broker
	$(BIN)/pytest

test-kafka: $(VENV)/.developer ## run the integration tests on Apache Kafka (needs Java 17 and Maven)
	SEINPOST_TEST_BROKER=kafka $(BIN)/pytest -m broker

lint: $(VENV)/.developer ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: ## renew the locked requirements from pyproject.toml (needs uv)
	requirements/lock.sh

clean: ## remove what was built
	rm -rf $(VENV) build run
