# The two commands: `make up` and `make test`. Everything is installed from locks/, into .venv.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/installed
PAGE := services/metrics/dashboard
BENCH := .venv-bench
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --python-version 3.11

.PHONY: up down test check faults bench audit install page browser lock

up: install
	@$(BIN)/mingshao up

down: install
	@$(BIN)/mingshao down

# what needs no server first, then what does
test: install
	$(BIN)/pytest tests/unit tests/properties tests/contracts --numprocesses 2
	$(BIN)/pytest tests/integration tests/e2e --durations=25
	@$(MAKE) --no-print-directory faults FAULTS=short

# the long form takes hours; the short one some minutes, in two deployments side by side, since most of it is waiting
faults: FAULTS ?= long
faults: install
	FAULTS=$(FAULTS) $(BIN)/pytest tests/faults --durations=0 --durations-min=1 \
		$(if $(filter short,$(FAULTS)),--numprocesses 2 --dist loadfile,-s)

# with libraries of its own, so in an environment of its own; SIZE=full takes an hour
bench: SIZE ?= small
bench: $(BENCH)/installed
	$(BENCH)/bin/python -m bench --size $(SIZE) --output docs

$(BENCH)/installed: install locks/bench.txt
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BIN)/uv pip sync --quiet --python $(BENCH)/bin/python --require-hashes locks/bench.txt
	@$(BIN)/uv pip install --quiet --python $(BENCH)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

# asks the net what is known against the locked packages; fails where it could not ask
audit: install .venv-audit/installed
	.venv-audit/bin/python -m deploy.audit

.venv-audit/installed: locks/audit.txt
	@test -x .venv-audit/bin/python || $(PYTHON) -m venv .venv-audit
	@$(BIN)/uv pip sync --quiet --python .venv-audit/bin/python --require-hashes locks/audit.txt
	@touch $@

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m services.contracts.export --check
	$(BIN)/python -m services.routing.picture --check
	$(BIN)/python -m services.metrics.export --check
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint deploy/Dockerfile

install: $(STAMP) page

# the page, once for each change of its sources; Node comes from a wheel, so that no other is needed
page: $(PAGE)/dist/index.html

# for the page's own tests, with fonts for what it says
browser:
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk)

$(PAGE)/dist/index.html: $(PAGE)/package-lock.json $(PAGE)/index.html $(PAGE)/public.html $(PAGE)/vite.config.ts \
		$(shell find $(PAGE)/src $(PAGE)/public -type f) | $(STAMP)
	@echo "构建看板页面 building the page"
	@cd $(PAGE) && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build -- --logLevel warn
	@touch $@

$(STAMP): locks/uv.txt locks/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement locks/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes locks/uv.txt locks/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

lock: install
	$(COMPILE) pyproject.toml --extra intake --extra routing --extra metrics --output-file locks/services.txt
	$(COMPILE) pyproject.toml --all-extras --group dev --output-file locks/dev.txt
	$(COMPILE) pyproject.toml --all-extras --group bench --output-file locks/bench.txt
	$(COMPILE) --group audit --output-file locks/audit.txt
	for folder in deploy/local bench/kafka_streams; do (cd $$folder && ../../$(BIN)/jgo --class-path-only --system-java --resolver python lock); done
