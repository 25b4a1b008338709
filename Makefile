# Each target is a script in scripts/; they work by themselves too. Build outputs: see scripts/environment.
.DEFAULT_GOAL := help
.PHONY: help run setup dev check gen test sheet bench soak bundle clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build, open the app (SANDBOX=1: on a miniature AWS)
	@SANDBOX='$(SANDBOX)' scripts/run

setup: ## Install what building and testing need
	@scripts/setup test

dev: ## Open the app with the UI reloading on each edit (SANDBOX=1 too)
	@SANDBOX='$(SANDBOX)' scripts/dev

check: ## Formatting, lints, licences, types, generated bindings, dependency rules
	@scripts/check

gen: ## Write ui/src/wire/ again from the Rust types
	@scripts/gen

test: ## Install what is missing and run everything
	@scripts/test

sheet: ## Every page in both themes, in shots/sheet.html; SPEC=FOLDER lays other pictures beside them
	@SPEC='$(SPEC)' scripts/sheet

bench: ## Measure against the budgets, side by side (a release build)
	@scripts/bench

soak: ## The long runs: many kills, many fuzzed keys, many property cases
	@scripts/soak

bundle: ## Make the deb and the rpm (a release build)
	@scripts/bundle

clean: ## Remove every build output, the cache included
	@scripts/clean
