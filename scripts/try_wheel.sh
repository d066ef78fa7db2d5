#!/usr/bin/env bash
# Build the wheel, install it in an empty venv and run it from another folder, without the checkout.
set -euo pipefail
python="${1:-python3}"
away=$(mktemp -d)
trap 'rm -rf "$away"' EXIT
.venv/bin/python -m build --quiet --wheel --no-isolation --outdir "$away/dist"
"$python" -m venv "$away/venv"
"$away/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$away"/dist/*.whl
cp -r scenarios/northfield "$away/programme"
cd "$away"
venv/bin/changeadvisor advise programme --report report.html | head -n 12
venv/bin/changeadvisor new register.xlsx
venv/bin/changeadvisor schema pack >/dev/null
venv/bin/changeadvisor rules test persist-or-adjust
venv/bin/changeadvisor classes >/dev/null
ls -l report.html register.xlsx
