# The verbs of this project; `make` alone starts it. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests run side by side: twice as many as there are processors and one more, because many wait (for a lease, a timeout, a restart).
TESTERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN) + 1)
# Each tester would rewrite the asserts of all test files anew where an environment keeps Python from writing bytecode.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder
# The page's tests wait for timers more than they compute: they run beside a command, and their output comes in one piece.
beside_page_tests = mkdir -p test-results; out=test-results/page-tests.txt; \
	(bin/build_page test >$$out 2>&1; status=$$?; cat $$out; exit $$status) & page=$$!; \
	status=0; $(1) || status=1; wait $$page || { echo "The page's tests failed: test-results/page-tests.txt" >&2; status=1; }; exit $$status
PAGE_SOURCES := $(shell find web/ui/src web/ui/public web/ui/*.html web/ui/vite.config.ts -type f 2>/dev/null) package.json package-lock.json

.DEFAULT_GOAL := run
.PHONY: run demo-bluesky demo-x page test lint format types lock bench bench-match bench-fanout bench-history bench-page bench-alike bench-import mutants fuzz soak outage real-servers clean help setup-tests test-shared test-all test-browsers
.SUFFIXES:

run: $(VENV)/.ready web/static/.ready ## start everything on this machine and print the address
	@exec bin/murmur run

demo-bluesky: $(VENV)/.ready web/static/.ready ## run everything against a simulated Bluesky that fails now and then
	@exec $(BIN)/python -m tests.sources.simulators bluesky

demo-x: $(VENV)/.ready web/static/.ready ## run everything against a simulated X that fails now and then; TRACK=searches works too
	@exec $(BIN)/python -m tests.sources.simulators x

page: web/static/.ready ## build the page into web/static

$(VENV)/.ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)" >&2; exit 2; }
	@echo "Making the Python environment…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	@$(BIN)/python -m compileall -q pipeline web cli
	@ln -sf ../../bin/murmur $(BIN)/murmur
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

web/static/.ready: $(PAGE_SOURCES) bin/build_page | $(VENV)/.ready
	@echo "Building the page…"
	@bin/build_page
	@touch $@

setup-tests:
	@bin/setup_tests

test-shared: setup-tests $(VENV)/.ready-dev web/static/.ready ## run the tests on published sample records that lie beside the project
	@status=0; bin/build_page test -- near || status=1; $(PYTEST) -m shared || status=1; exit $$status

test: setup-tests $(VENV)/.ready-dev web/static/.ready ## run everything that a change must pass, set-up included
	@$(call beside_page_tests,$(PYTEST) -m "not thorough")

test-all: setup-tests $(VENV)/.ready-dev web/static/.ready ## run `test`, and its repetitions on an older Elasticsearch and in other configurations
	@$(call beside_page_tests,MURMUR_TEST_EXAMPLES=all $(PYTEST))

test-browsers: $(VENV)/.ready-dev web/static/.ready ## run the core of the page in Firefox and WebKit, which it installs; says which cannot be had
	@bin/setup_browsers
	@$(BIN)/python -m pytest tests/browsers -n 0 -rs

lint: $(VENV)/.ready-dev web/static/.ready ## run ruff, mypy, tsc and eslint
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	bin/build_page types || status=1; \
	bin/build_page lint || status=1; \
	exit $$status

format: $(VENV)/.ready-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

UV_COMPILE = env -u PIP_FIND_LINKS UV_FIND_LINKS= $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock: $(VENV)/.ready-dev ## write the lock files anew after a change to requirements*.in or package.json
	@$(UV_COMPILE) requirements.in -o requirements.txt
	@$(UV_COMPILE) requirements-dev.in -o requirements-dev.txt
	@$(UV_COMPILE) requirements-page.in -o requirements-page.txt
	@npm install --package-lock-only --no-audit --no-fund --omit-lockfile-registry-resolved

bench: $(VENV)/.ready-dev web/static/.ready ## measure throughput and latency end to end
	@$(BIN)/python -m bench.e2e

bench-match: $(VENV)/.ready-dev ## measure the matcher against Lucene's monitor and a percolator
	@$(BIN)/python -m bench.match

bench-fanout: $(VENV)/.ready-dev ## measure a web process against two other fan-out servers
	@$(BIN)/python -m bench.fanout

bench-history: $(VENV)/.ready-dev ## measure searches over a million posts, in SQLite and in Elasticsearch
	@$(BIN)/python -m bench.history

bench-import: $(VENV)/.ready-dev ## measure files of X as CSV rows beside twarc-csv and minet
	@$(BIN)/python -m bench.imports

bench-page: $(VENV)/.ready-dev web/static/.ready ## measure the page in Chromium for ten minutes
	@$(BIN)/python -m bench.page

bench-alike: $(VENV)/.ready-dev ## measure 200,000 similar posts against as many different ones
	@$(BIN)/python -m bench.alike

mutants: $(VENV)/.ready-dev ## break the search language in ten ways; the tests must notice each
	@$(BIN)/python -m tests.mutants

fuzz: $(VENV)/.ready-dev web/static/.ready ## test with mutated records, searches, requests and frames for five minutes
	@$(BIN)/python -m tests.fuzz

soak: $(VENV)/.ready-dev web/static/.ready ## run everything for an hour; fail if a process grows or a post is lost
	@$(BIN)/python -m bench.soak

outage: $(VENV)/.ready-dev web/static/.ready ## break Elasticsearch in seven ways under 500 posts/s; check that every promise is kept
	@$(BIN)/python -m bench.outage

real-servers: $(VENV)/.ready-dev ## build the networks' own servers below .cache, and run the sources against them; skips what cannot be had
	@env -u CI $(BIN)/python -m pytest tests/real_servers -n 0 -rs

clean: ## remove built files; posts in DATA_DIR stay
	rm -rf $(VENV) node_modules web/static .node

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16
