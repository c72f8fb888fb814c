# One command each; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run reset clock demo test bench soak lint types architecture security audit venv lock ops compose-ops tools manifests \
	verify-evidence up down images

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
STAMP   := $(VENV)/.development
TOOLS   := .tools/.installed
DCLINT  := 3.1.0
AUDIT   := 2.10.1
COMPOSED := docker-compose.yml:.compose/services.yml
PIP     := $(BIN)/pip --disable-pip-version-check --no-input
PORT    ?= 8000
# What is compiled once is kept, whatever the shell says: each service is a process of its own
export PYTHONDONTWRITEBYTECODE :=
# Two processes share the tests as conftest.py says
SHARED  := -n 2 --dist loadscope --no-loadscope-reorder
# Arguments for pytest, for instance: make test ARGS="tests/faults -x"
ARGS   ?=
LOCK    := --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(if $(upgrade),--upgrade)

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## Start the whole platform on http://localhost:8000 (PORT=8080 for another)
	@exec $(BIN)/python -m shared.local run --port $(PORT)

reset: $(RUNTIME) ## Remove all data of the platform
	@$(BIN)/python -m shared.local reset

demo: $(RUNTIME) ## Play whole affairs against the running platform (play=founding for one)
	@$(BIN)/python -m shared.local.demo --base-url http://localhost:$(PORT) $(play)

clock: $(RUNTIME) ## Let time pass on the running platform: days=9 (days=0 brings it back)
	@$(BIN)/python -m shared.local clock $(if $(days),--days $(days))

ops: $(RUNTIME) ## The operator's command: do="queues", do="pause feedback.mails --reason ..."; alone: list
	@$(BIN)/python -W ignore -m shared.ops $(or $(do),--help)

compose-ops: ## The same for the platform in containers; folder=/srv/backup for its backups
	@COMPOSE_FILE=$(COMPOSED) docker compose run --rm --user "$$(id -u):$$(id -g)" \
		$(if $(folder),--volume "$(folder):$(folder)") operator $(or $(do),--help)

verify-evidence: $(RUNTIME) ## Check the running platform's evidence, against a copy that it keeps (new=1: what is new)
	@EVIDENCE_PASSWORD="$${EVIDENCE_PASSWORD:-Hunan-demo-2026}" \
		$(BIN)/python -W ignore -m services.exchange.verify log --url http://localhost:$(PORT) \
		--copy .local/evidence --all --login $(or $(login),13900000031) $(if $(new),--new)

test: $(STAMP) $(TOOLS) ## Run all tests, on a broker and a database of their own
	@$(BIN)/python -m pytest $(SHARED) $(ARGS)

bench: $(STAMP) ## Measure speed; writes docs/performance.md
	@$(BIN)/python -m tests.bench

soak: $(STAMP) ## Kill services, broker and database at random for 20 minutes (minutes=5 for less)
	@$(BIN)/python -W ignore -m tests.soak --minutes $(or $(minutes),20)

lint: $(STAMP) ## Check style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP) ## Check types: shared/ and every domain strictly
	@$(BIN)/mypy shared $(wildcard services/*/domain.py services/*/domain)

security: $(TOOLS) ## Look for insecure code (bandit)
	@.tools/bin/bandit --quiet --severity-level medium --recursive shared services deploy \
		--exclude "*/tests/*"

audit: $(TOOLS) ## Look all pinned packages up among known vulnerabilities (needs the Internet)
	@$(PYTHON) -m venv .tools/audit
	@.tools/audit/bin/pip --disable-pip-version-check --no-input install --quiet pip-audit==$(AUDIT)
	@.tools/audit/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off \
		--requirement requirements.lock

architecture: $(STAMP) ## Check who may import whom
	@$(BIN)/lint-imports

manifests: $(RUNTIME) $(TOOLS) ## Print Kubernetes manifests (overlay=production service=health registry=...)
	@$(BIN)/python -m deploy.kubernetes --gateway
	@$(BIN)/python -m deploy.kubernetes $(or $(overlay),small) $(service) \
		$(if $(registry),--registry $(registry)) $(if $(canary),--canary $(canary))

up: $(RUNTIME) ## Start everything in containers on a Docker engine (docs/operations.md)
	@$(BIN)/python -m deploy.compose
	@COMPOSE_FILE=$(COMPOSED) PORT=$(PORT) docker compose up --detach --build --wait

down: ## Stop the containers; their data is kept
	@COMPOSE_FILE=$(COMPOSED) docker compose down

images: $(STAMP) $(TOOLS) ## Build the images and test them on an engine of their own (as root)
	@tests/images/run $(ARGS)

venv: $(STAMP) ## Make the virtual environment

tools: $(TOOLS) ## Install the programs that render and check what is deployed

$(RUNTIME): requirements-local.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version)"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || $(MAKE) --no-print-directory install-venv
	@echo "Making the virtual environment in $(VENV) (a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -r $<
	@touch $@

$(STAMP): requirements-dev.lock $(RUNTIME)
	@echo "Adding the tools for development to $(VENV) (a minute or two)"
	@$(PIP) install -r $<
	@touch $@

$(TOOLS): deploy/requirements.lock deploy/promtool docs/client/package.json $(RUNTIME)
	@echo "Installing the programs for deployment in .tools (a minute)"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip --disable-pip-version-check --no-input install --quiet --no-compile --no-deps -r $<
	@deploy/promtool .tools/bin
	@cp docs/client/package.json .tools
	@command -v npm > /dev/null \
		&& npm install --silent --no-audit --no-fund --prefix .tools dclint@$(DCLINT) > /dev/null \
		|| echo "No npm: nothing checks docker-compose.yml by dclint, nor clients in TypeScript"
	@touch $@

.PHONY: install-venv
install-venv:
	@[ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null \
		|| { echo "Missing: venv. Install with: sudo apt-get install python3-venv"; exit 2; }
	@echo "Installing python3-venv from Debian's packages"
	@apt-get -q update > /dev/null
	@DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends python3-venv \
		> /dev/null

lock: $(STAMP) ## Write the lock files anew from pyproject.toml (upgrade=yes: with the newest that it allows)
	@$(PIP) install --quiet pip-tools
	@$(BIN)/pip-compile $(LOCK) --output-file requirements.lock pyproject.toml
	@$(BIN)/pip-compile $(LOCK) --extra local -c requirements.lock \
		--output-file requirements-local.lock pyproject.toml
	@$(BIN)/pip-compile $(LOCK) --extra local --extra dev -c requirements-local.lock \
		--output-file requirements-dev.lock pyproject.toml
	@$(BIN)/pip-compile $(LOCK) --output-file deploy/requirements.lock deploy/requirements.in
