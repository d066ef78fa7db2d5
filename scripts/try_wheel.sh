#!/usr/bin/env bash
# Build the wheel, install it in an empty venv and use it from another folder, without the checkout:
# the command, the README's example of the library, and its types under mypy --strict.
set -euo pipefail
python="${1:-python3}"
checkout=$(pwd)
away=$(mktemp -d)
trap 'rm -rf "$away"' EXIT
"$checkout/.venv/bin/python" -m build --quiet --wheel --no-isolation --outdir "$away/dist"
"$python" -m venv "$away/venv"
"$away/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$away"/dist/*.whl
mkdir "$away/scenarios"
cp -r scenarios/northfield "$away/scenarios"
# The first block of Python in the README, as a reader would copy it.
sed -n '/^```python$/,/^```$/{/^```/d;p;}' README.md >"$away/example.py"
cp tests/typed_user.py "$away"
unset PYTHONPATH
cd "$away"
venv/bin/changeadvisor advise scenarios/northfield --report report.html | head -n 12
venv/bin/changeadvisor new register.xlsx
venv/bin/changeadvisor schema pack >/dev/null
venv/bin/changeadvisor rules test persist-or-adjust
venv/bin/changeadvisor classes >/dev/null
ls -l report.html register.xlsx
venv/bin/python example.py
venv/bin/python typed_user.py
# mypy comes from the checkout; what it looks at is the installed wheel alone.
"$checkout/.venv/bin/mypy" --strict --config-file= --python-executable venv/bin/python typed_user.py
