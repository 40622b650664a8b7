PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:

.PHONY: help install demo test compiled test-compiled test-kafka test-real test-browser screenshots test-deploy test-images kube-apiserver chaos test-kills test-kills-notifier scenarios bench bench-anonymizer bench-detector bench-pipeline lint lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: requirements/all.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements/all.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

build/lexicon/words.gz: $(VENV)/.installed $(wildcard lexicon/*.py)
	$(BIN)/python -m lexicon

$(VENV)/.developer: requirements/dev.txt $(VENV)/.installed
	$(PIP) -r requirements/dev.txt
	touch $@

install: $(VENV)/.installed build/lexicon/words.gz ## make the environment from locked requirements

demo: install ## run everything on this machine and replay the exercise Project X Haren
	$(BIN)/seinpost demo

test: install $(VENV)/.developer ## run the tests on the embedded broker
	$(BIN)/pytest -m "not postgres and not browser and not thorough"

# All of it is copied there, so all of it counts.
SOURCES = $(shell find broker configuration contracts exercises lexicon runtime seinpost services -name "*.py")

build/compiled/.made: setup.py pyproject.toml $(VENV)/.developer $(SOURCES)
	rm -rf build/compiled
	SEINPOST_COMPILE=1 $(BIN)/python setup.py --quiet build --parallel 2 --build-base build/c --build-lib build/compiled
	touch $@

compiled: install build/compiled/.made ## compile the inner loops of anonymizer and detector, as in their images (needs a C compiler and Python's headers)

# PYTHONSAFEPATH: what is compiled goes before the sources of this directory.
COMPILED = PYTHONSAFEPATH=1 PYTHONPATH=$(CURDIR)/build/compiled:$(CURDIR) SEINPOST_COMPILED=1

test-compiled: compiled ## run the tests of anonymizer and detector on what is compiled
	$(COMPILED) $(BIN)/python -m pytest --import-mode importlib -o pythonpath= -m "not thorough" tests/anonymizer
	$(COMPILED) $(BIN)/python -m pytest --import-mode importlib -o pythonpath= -m "not thorough and not broker and not postgres" tests/detector

test-kafka: install $(VENV)/.developer ## run the integration tests on Apache Kafka (needs Java 17 and Maven)
	SEINPOST_TEST_BROKER=kafka $(BIN)/pytest -n 3 -m "broker and not browser and not thorough and not embedded and not postgres" --timeout 300

test-real: install $(VENV)/.developer ## run the tests that need PostgreSQL or a browser, and the long ones
	$(BIN)/pytest -n 4 --dist load --maxschedchunk 1 -m "postgres or browser or thorough" --ignore tests/deploy/test_alarm.py --timeout 300

test-kills: install $(VENV)/.developer ## kill -9 detectors on Apache Kafka, ROUNDS=30 times three moments; compare every series
	SEINPOST_TEST_BROKER=kafka SEINPOST_KILL_ROUNDS=$(or $(ROUNDS),30) $(BIN)/pytest -n 0 --timeout 7200 tests/detector/test_kills.py

test-kills-notifier: install $(VENV)/.developer ## kill -9 a notifier in the middle of DELIVERIES=1000, KILLS=20 times
	SEINPOST_NOTIFIER_KILLS=$(or $(KILLS),20) SEINPOST_NOTIFIER_DELIVERIES=$(or $(DELIVERIES),1000) $(BIN)/pytest -n 0 -s --timeout 7200 tests/notifier/test_kills.py

test-deploy: install $(VENV)/.developer build/tools/.installed ## check manifests, rules and code with the tools of their field
	$(BIN)/pytest -n 0 -rs tests/deploy/test_manifests.py tests/deploy/test_rules.py tests/deploy/test_alarm.py tests/deploy/test_code.py tests/deploy/test_api_server.py

build/tools/.installed: requirements/deploy.txt
	$(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/deploy.txt
	touch $@

test-images: install $(VENV)/.developer build/tools/.installed ## build the images without an engine and start each service (needs root, buildah, debootstrap)
	SEINPOST_TEST_IMAGES=1 $(BIN)/pytest -n 0 tests/deploy/test_images.py

kube-apiserver: ## build a Kubernetes API server for test-deploy (needs Go; a quarter of an hour)
	tests/deploy/apiserver.sh

chaos: install $(VENV)/.developer ## kill services at random on Apache Kafka and compare every alert: KILLS=20 SEED=1; or DISTURBANCE=stop|link|disk|clock|load, or upgrade BEFORE=COMMIT; PATIENT=1 on a busy machine
	$(BIN)/python -m tests.deploy.chaos --kills $(or $(KILLS),20) --seed $(or $(SEED),1) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(DISTURBANCE),--disturbance $(DISTURBANCE)) $(if $(BEFORE),--before $(BEFORE)) $(if $(PATIENT),--patient)

test-browser: install $(VENV)/.developer ## look at the console in a real browser: every view, size and theme, axe, keyboard (needs Chromium)
	$(BIN)/pytest -m browser

screenshots: install $(VENV)/.developer ## renew the pictures of the console in docs/images (needs Chromium)
	SEINPOST_SCREENSHOTS=docs/images $(BIN)/pytest -n 0 tests/notifier/test_screenshots.py

scenarios: install ## run all exercises through the code of live and print one table
	$(BIN)/seinpost scenarios

build/bench/.installed: requirements/bench.txt
	$(PYTHON) -m venv build/bench
	build/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r $<
	touch $@

bench-anonymizer: compiled build/bench/.installed ## measure the anonymizer, compiled, beside others and from topic to topic; TEXTS=recorded posts
	$(COMPILED) $(BIN)/python -m benchmarks.anonymizer --service $(if $(TEXTS),--texts $(TEXTS))

bench: compiled build/bench/.installed ## compare the detector, compiled, with its peers; BENCH=--short proves the counts alone
	$(COMPILED) $(BIN)/python -m benchmarks.compare $(BENCH)

bench-detector: compiled ## measure the detector, compiled: PARTS="throughput workers memory steps"
	$(COMPILED) $(BIN)/python -m benchmarks.detector $(or $(PARTS),throughput workers memory steps)

bench-pipeline: compiled ## measure the whole way with both compiled, as in their images
	$(COMPILED) $(BIN)/python -m benchmarks.pipeline throughput latency

lint: $(VENV)/.developer ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: ## renew the locked requirements from pyproject.toml (needs uv)
	requirements/lock.sh

clean: ## remove what was built
	rm -rf $(VENV) build run
