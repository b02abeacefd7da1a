.DEFAULT_GOAL := help
.PHONY: help demo test check serve clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Set up what is needed and solve a task with the embedded model (TASK="..." TESTS=file for yours)
	@scripts/install
	@TASK='$(subst ','\'',$(TASK))' TESTS='$(subst ','\'',$(TESTS))' scripts/demo

test: ## Set up everything and run the whole test suite
	@scripts/install --dev
	@scripts/check
	@scripts/test

check: ## Lint, formatting, types, direction of imports
	@scripts/install --dev
	@scripts/check

serve: ## Set up what is needed and start the API with a worker on http://127.0.0.1:8000
	@scripts/install
	@$${VENV:-.venv}/bin/acrisol serve

clean: ## Remove the virtual environment, the tools and all caches
	rm -rf .venv .tools build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
