# Everything here works on a fresh machine with Python 3.11 or later: each target sets up what it needs.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
CHROME_FREE := -m "not slow"

.PHONY: demo test test-all check picture bench bench-calls system clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[asr-base,test,bench]"
	touch $(READY)

# PortAudio and a virtual sound card for the device tests, where we may install them; the tests say what they skip.
system:
	@.ci/system-packages

demo: $(READY)
	$(BIN)/voicemon demo

test: system $(READY)
	$(BIN)/python -m pytest $(CHROME_FREE)

test-all: system $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The README's picture of the dashboard.
picture: $(READY)
	$(BIN)/python -m voicemon.ui.picture docs/images/dashboard-zh.svg --lang zh
	$(BIN)/python -m voicemon.ui.picture docs/images/dashboard-en.svg --lang en

bench-calls: $(READY)
	$(BIN)/python -m bench.calls

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
