# Every target makes what it needs first: `make advise` and `make test` work on a fresh machine with Python 3.11 and make.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
CASES := src tests benchmarks scripts

.PHONY: judge complexity sentences graph portfolio questions spread routes moves calibration worlds alarms councils coverage help setup advise test check format lint types contract rules docs golden scenarios bench mutants wheel

help:  ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv with everything that is needed, at exact versions

$(READY): pyproject.toml requirements.txt scripts/setup.sh
	bash scripts/setup.sh "$(PYTHON)"

advise: $(READY)  ## advise on scenarios/northfield and write out/northfield.html
	mkdir -p out
	$(BIN)/changeadvisor advise scenarios/northfield --report out/northfield.html

complexity: $(READY)  ## cognitive complexity of at most 15 a function
	$(BIN)/complexipy src scripts benchmarks --max-complexity-allowed 15 --failed --plain

sentences: $(READY)  ## every sentence the program can say, to be read aloud
	@$(BIN)/python scripts/list_sentences.py

test: $(READY)  ## all tests
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(READY) format lint types contract complexity test rules docs  ## what CI runs

format: $(READY)  ## formatting as agreed
	$(BIN)/ruff format --check $(CASES)

lint: $(READY)  ## ruff
	$(BIN)/ruff check $(CASES)

types: $(READY)  ## mypy --strict
	$(BIN)/mypy

contract: $(READY)  ## the layers of the house
	$(BIN)/lint-imports

rules: $(READY)  ## inline tests and lint of every pack and framework
	@set -e; for pack in $$(grep -l '^pack:' rules/*.yaml rules/theory/*.yaml); do echo "$$pack"; \
	  $(BIN)/changeadvisor rules test $$pack; $(BIN)/changeadvisor rules lint $$pack; done
	@set -e; for framework in rules/frameworks/*.yaml; do echo "$$framework"; $(BIN)/changeadvisor rules test $$framework; done

docs: $(READY)  ## generated pages are fresh
	$(BIN)/python scripts/make_docs.py --check
	$(BIN)/python scripts/make_notebook.py --check

golden: $(READY)  ## write generated docs, scenario workbooks and golden outputs anew
	$(BIN)/python scripts/make_docs.py
	$(BIN)/python scripts/make_notebook.py
	$(BIN)/python scripts/make_golden.py

coverage: $(READY)  ## line and branch coverage, at least 95 %
	$(BIN)/coverage erase
	COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml $(BIN)/pytest -n 2 --cov=changeadvisor --cov-branch --cov-report=term-missing --cov-fail-under=95

graph: $(READY)  ## speed of the graph: reach beside networkx, draws passed down, a long chain
	$(BIN)/python benchmarks/graph.py

portfolio: $(READY)  ## speed of choosing a set, a frontier and a core, each with its proven gap
	$(BIN)/python benchmarks/portfolio.py

bench: $(READY)  ## speed of rules, beside zen-engine in the same run
	$(BIN)/python benchmarks/rules.py

alarms: $(READY)  ## false alarms and steps found, beside the plain chart and a naive rule, and speed
	$(BIN)/python benchmarks/false_alarms.py

councils: $(READY)  ## 276 councils beside their region, in one run
	$(BIN)/python benchmarks/councils.py

worlds: $(READY)  ## what advice is worth in worlds where the truth is known (WORLDS=3000 takes half an hour)
	$(BIN)/python benchmarks/advice.py $(or $(WORLDS),3000)

judge: $(READY)  ## how long one initiative takes, warm
	$(BIN)/python benchmarks/judge.py

calibration: $(READY)  ## whether the chances are right, in 10,000 simulated readings; writes docs/calibration.md
	$(BIN)/python benchmarks/calibration.py $(or $(READINGS),10000)

moves: $(READY)  ## how ratings of major projects moved, from ../shared/data: the table, docs/rating-moves.md and its picture
	$(BIN)/python scripts/rating_moves.py

questions: $(READY)  ## how many questions settle how to lead an initiative, beside other orders (FILLINGS=8)
	$(BIN)/python benchmarks/questions.py $(or $(FILLINGS),8)

speed: $(READY)  ## how long 1,000 and 2,000 initiatives take, loading beside it
	$(BIN)/python benchmarks/speed.py

spread: $(READY)  ## how long the simulated spread takes for 10,000 staff
	$(BIN)/python benchmarks/spread.py

routes: $(READY)  ## what the advised way of leading is worth where the truth is known (ORGANISATIONS=1000)
	$(BIN)/python benchmarks/routes.py $(or $(ORGANISATIONS),1000)

mutants: $(READY)  ## mutation tests of conditions and rules
	$(BIN)/mutmut run
	$(BIN)/mutmut results

wheel: $(READY)  ## build the wheel; try its command, library and types in an empty venv
	bash scripts/try_wheel.sh "$(PYTHON)"
