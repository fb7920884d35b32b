# Every target first sets up all it needs (packaging/setup.sh); CONTRIBUTING.md says what each is for.
PYTHON := .venv/bin/python
PERFECT := --cov=remotedesk.core --cov=remotedesk.wire --cov-report=term-missing:skip-covered --cov-fail-under=100

.PHONY: help setup lint test test-network test-network-smoke test-windows test-windows-smoke soak demo serve bench package lock translations

help:
	@echo "make test | test-network | test-windows | test-windows-smoke | demo | bench | bench-NAME | soak | serve | package | lint | lock | translations"

setup:
	@packaging/setup.sh >&2

lint: setup
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --quiet --check --diff
	@.venv/bin/mypy --exclude /platform/windows/
	@.venv/bin/mypy --platform win32 --package remotedesk.platform.windows
	@.venv/bin/lint-imports --no-logo

test: lint
	@$(PYTHON) -m pytest -m "not soak and not bench and not wine and not network" -n 2 --dist loadfile $(PERFECT) --durations=12

# One lab after the other, since two would be in each other's way on a machine of two cores.
test-network: setup
	@$(PYTHON) -m pytest -m "network and not soak" --durations=12 tests/network

test-network-smoke: setup
	@$(PYTHON) -m pytest -m "network and not soak and not thorough" tests/network

# A session, the attacks and the adapters: what .ci/run takes of it, in five to seven minutes.
# One desktop for all that needs the keyboard, so these run one by one; the rest waits most of the time.
WINDOWS_PYTEST := $(PYTHON) -m tests.winlab.run -m pytest -p no:cacheprovider -m "not soak and not bench"
# Every line and branch of the adapters, and packaging/windows/PLAYED.md lists those that only a test's played answers reach.
WINDOWS_COVERED := --cov=remotedesk.platform.windows --cov-report=term-missing:skip-covered --cov-fail-under=100
test-windows-smoke: setup
	@$(PYTHON) -m tests.winlab.build
	@$(PYTHON) -m pytest -m "wine and not soak" tests/winlab
	@$(WINDOWS_PYTEST) $(WINDOWS_COVERED) tests/windows
	@$(PYTHON) -m tests.winlab.run -m coverage json --quiet --contexts='^(real)?$$' -o build/windows-real.json
	@$(PYTHON) -m tests.winlab.played build/windows-real.json

test-windows: test-windows-smoke
	@$(WINDOWS_PYTEST) -n 2 --dist loadfile --durations=12 tests/unit tests/loopback

soak: setup
	@$(PYTHON) -m pytest -m "soak or network"

demo: setup
	@$(PYTHON) -m tests.demo

serve: setup
	@$(PYTHON) -m remotedesk_signaling.trial $(OPTIONS)

bench: setup
	@status=0; for file in tests/bench/bench_*.py; do \
		$(PYTHON) -m tests.bench.$$(basename $$file .py) || status=1; done; exit $$status

bench-%: setup
	@$(PYTHON) -m tests.bench.bench_$* $(OPTIONS)

package: setup
	@PYTHONPATH=. $(PYTHON) packaging/build_client.py

lock: setup
	@packaging/lock.sh

translations: setup
	@cd src/remotedesk/ui && $(CURDIR)/.venv/bin/pyside6-lupdate *.py */*.py -locations none -no-obsolete \
		-source-language en -target-language ja -ts i18n/remotedesk_ja.ts
	@$(CURDIR)/.venv/bin/pyside6-lrelease src/remotedesk/ui/i18n/remotedesk_ja.ts -qm src/remotedesk/ui/i18n/remotedesk_ja.qm
