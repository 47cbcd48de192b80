# Verbs for developers; each sets up what it needs and is fast the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup
# Those that are whole by themselves; patches, and resources of KEDA, are held against what tests/unit/deploy knows.
MANIFESTS = $(filter-out %/kustomization.yaml, $(wildcard deploy/kubernetes/base/*.yaml)) \
	deploy/kubernetes/overlays/cpu/autoscaler.yaml \
	$(addprefix deploy/kubernetes/overlays/kafka/, tagger.yaml service-account.yaml disruption-budget.yaml network-policy.yaml)

.PHONY: setup run demo test integrations chaos fuzz check types others bench protos docs release audit format clean help
.DEFAULT_GOAL := help

help: ## Say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## Make .venv with everything in it, pinned

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "emotag needs Python 3.11 or newer; name one with: make PYTHON=python3.12 setup" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: $(STAMP) ## Serve until Ctrl-C
	@$(BIN)/emotag serve

demo: $(STAMP) ## Start the service, play a conversation through it, stop
	@$(BIN)/emotag demo

test: $(STAMP) ## Run every test, on all cores, a file at a time on each
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

integrations: $(STAMP) ## Run the tests against agent frameworks and data engines, each installed in an environment of its own
	@$(BIN)/python -m tests.frameworks $(FRAMEWORKS)

chaos: $(STAMP) ## Run the tests that break taggers and brokers for minutes (EMOTAG_TEST_KAFKA=... for all of them)
	@$(BIN)/pytest -m long

fuzz: $(STAMP) ## Let libFuzzer look for what the native core trips over, for ten minutes at most (needs clang++)
	@$(BIN)/python -m tests.fuzz.core --runs 1000000 --seconds 600

check: $(STAMP) ## Lint, format, types, layers, contract, generated code, deploy files
	@$(MAKE) --no-print-directory --jobs 2 types others

# Side by side on two cores: the types take longer than all the others.
types: $(STAMP)
	$(BIN)/mypy

others: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/buf lint
	$(BIN)/buf format --exit-code --diff
	$(BIN)/python protos/generate.py --check
	$(BIN)/python docs/generate.py --check
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet .github
	$(BIN)/bandit --quiet --severity-level medium --skip B104 --recursive clients/python model service
	$(BIN)/yamllint --strict deploy .yamllint.yaml
	$(BIN)/shellcheck .ci/run
	$(BIN)/kubernetes-validate --strict --quiet $(MANIFESTS)

bench: $(STAMP) ## Print the table of speed ratios (BENCH_ARGS=--json for machines)
	@$(BIN)/python -m tests.benchmarks $(BENCH_ARGS)

protos: $(STAMP) ## Write the generated code of protos/
	$(BIN)/python protos/generate.py

docs: $(STAMP) ## Write docs/configuration.md from the settings
	$(BIN)/python docs/generate.py

release: $(STAMP) ## Build wheel, sdist, bill of materials; try them in empty environments (RELEASE_ARGS=--draft)
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[release]'
	@$(BIN)/python .ci/release.py $(RELEASE_ARGS)

audit: $(STAMP) ## Ask the package index for known weaknesses of what is pinned
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[release]'
	@$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

format: $(STAMP) ## Let ruff and buf rewrite what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/buf format --write

clean: ## Remove what make made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache
