#!/usr/bin/env bash
# Make .venv with the exact versions of requirements.txt. Debian's own Python refuses a bare pip install: all goes into .venv.
set -euo pipefail
python="${1:-python3}"
say() { printf '%s\n' "$*" >&2; }

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  say "changeadvisor needs Python 3.11 or later; '$python' is not that. Install it, or name it: make PYTHON=/path/to/python3.11 …"
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && apt-get install -qy python3-venv
  else
    say "Python's venv module is missing. As root: apt-get install python3-venv. Then run make again."
    exit 1
  fi
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
# requirements.txt is complete: --no-deps keeps a later release of an unpinned extra from turning up, and `pip check` makes sure.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
.venv/bin/python -m pip check --disable-pip-version-check
touch .venv/.ready
