"""Speed of a pack over a table, beside zen-engine in the same run.

Both have the same rules, and equal outcomes row by row.

    python benchmarks/rules.py [ROWS]

60 rules over 40 facts (20 numbers, 20 facts with four levels), three conditions a rule. zen-engine
judges the same rules as one decision table that collects every rule that fires (`evaluate_batch`,
compiled once, a thread pool in Rust), and by its fastest route, all rules as one list expression.
zen is asked a share of the rows; ours judges them all, with the ledger (support, margin, answer)
that zen does not give. Wall clock, best of several, in µs a row.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import zen

from changeadvisor.judgement import RulePack, read_pack
from changeadvisor.judgement.batch import judge_batch
from changeadvisor.judgement.columns import Column
from changeadvisor.judgement.conditions import AllOf, Test

RULES, NUMBERS, LEVELS, DEPTH = 60, 20, 20, 3
BATCH_BAR, FASTEST_BAR = 150, 60
_NAMES = ("none", "some", "much", "most")


def pack(rng: np.random.Generator) -> RulePack:
    """Sixty rules of three conditions each."""
    facts: dict[str, Any] = {f"n{i}": {"unit": "x", "range": [0, 100]} for i in range(NUMBERS)}
    facts |= {f"l{i}": {"levels": list(_NAMES)} for i in range(LEVELS)}
    names = list(facts)
    rules = [
        {
            "id": f"R{i:02}",
            "evidence": f"e{i % 15}",
            "when": {
                "all": [
                    _condition(names[f], rng) for f in rng.choice(len(names), DEPTH, replace=False)
                ]
            },
            "then": f"a{rng.integers(4)}",
            "weight": int(rng.choice([1, 2, 4, 7, 10])),
        }
        for i in range(RULES)
    ]
    data = {
        "pack": "bench",
        "version": "1",
        "question": "q",
        "answers": ["a0", "a1", "a2", "a3"],
        "combine": "weigh",
        "parameters": {"tie": {"value": 1}, "close": {"value": 3}, "enough": {"value": 4}},
        "facts": facts,
        "rules": rules,
    }
    return read_pack(data, lambda location: f"bench:{location}")


def _condition(name: str, rng: np.random.Generator) -> str:
    if name[0] == "l":
        return f"{name} is {_NAMES[rng.integers(4)]}"
    return f"{name} {'>=' if rng.random() < 0.5 else '<'} {rng.integers(20, 80)}"


def columns(rows: int, rng: np.random.Generator) -> dict[str, Column]:
    """Every fact known in every row."""
    numbers = {
        f"n{i}": Column(rng.integers(0, 100, rows).astype(np.float64)) for i in range(NUMBERS)
    }
    return numbers | {
        f"l{i}": Column(rng.integers(0, 4, rows).astype(np.int8)) for i in range(LEVELS)
    }


def contexts(data: dict[str, Column], rows: int) -> list[dict[str, Any]]:
    """The same rows as dictionaries, as zen takes them."""
    lists = {n: c.data[:rows].tolist() for n, c in data.items()}
    levels = {
        n: [_NAMES[v] for v in values] if n[0] == "l" else values for n, values in lists.items()
    }
    return [{n: values[i] for n, values in levels.items()} for i in range(rows)]


def _parts(rules: RulePack, i: int) -> tuple[Test, ...]:
    condition = rules.rules[i].when
    assert isinstance(condition, AllOf)
    return tuple(p for p in condition.parts if isinstance(p, Test))


def _literal(test: Test) -> str:
    value = test.values[0]
    return json.dumps(value) if isinstance(value, str) else f"{value:g}"


def table(rules: RulePack) -> str:
    """The rules as a zen decision table with hit policy collect."""
    names = rules.facts
    inputs = [{"id": n, "name": n, "field": n} for n in names]
    rows = []
    for i, rule in enumerate(rules.rules):
        row = dict.fromkeys(names, "") | {"_id": rule.id, "out": json.dumps(rule.id)}
        for test in _parts(rules, i):
            row[test.fact] = (
                f"{'' if test.operator == 'is' else test.operator} {_literal(test)}".strip()
            )
        rows.append(row)
    content = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "out", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": content},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def expression(rules: RulePack) -> str:
    """All rules as one list of booleans."""
    signs = {"is": "==", ">=": ">=", "<": "<"}
    each = [
        " and ".join(f"{t.fact} {signs[t.operator]} {_literal(t)}" for t in _parts(rules, i))
        for i in range(len(rules.rules))
    ]
    return "[" + ", ".join(f"({e})" for e in each) + "]"


def best(run: Callable[[], Any], times: int) -> tuple[float, Any]:
    """The shortest of several runs in seconds, and the last result."""
    shortest, result = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest, result


def main(rows: int = 100_000, asked: int = 5_000) -> int:
    """Run all three and compare; exit status 1 where an outcome differs or a bar is missed."""
    rng = np.random.default_rng(7)
    rules = pack(rng)
    data = columns(rows, rng)
    ours, result = best(lambda: judge_batch(rules, data, rows), 7)
    given = contexts(data, asked)
    batch, collected = best(lambda: _batch(table(rules), given), 3)
    fastest, listed = best(lambda: _expressions(expression(rules), given), 3)
    ids = [r.id for r in rules.rules]
    fired = [[ids[i] for i in np.flatnonzero(result.fired[:, row])] for row in range(asked)]
    same = fired == collected == [[i for i, f in zip(ids, row, strict=True) if f] for row in listed]
    us = {"ours": ours / rows, "zen batch": batch / asked, "zen fastest": fastest / asked}
    for name, seconds in us.items():
        print(f"{name:12} {seconds * 1e6:9.3f} µs/row")
    ratios = us["zen batch"] / us["ours"], us["zen fastest"] / us["ours"]
    print(f"{RULES} rules, {NUMBERS + LEVELS} facts, {rows:,} rows (zen: {asked:,} of them)")
    print(
        f"zen batch / ours {ratios[0]:.0f} (bar {BATCH_BAR}); zen fastest / ours {ratios[1]:.0f}"
        f" (bar {FASTEST_BAR})"
    )
    print(
        f"outcomes equal row by row: {same}; rules fired a row:"
        f" {np.mean([len(f) for f in fired]):.2f}"
    )
    return 0 if same and ratios[0] >= BATCH_BAR and ratios[1] >= FASTEST_BAR else 1


def _batch(content: str, given: list[dict[str, Any]]) -> list[list[str]]:
    compiled = zen.ZenDecisionContent(content)
    engine = zen.ZenEngine({"loader": lambda _key: compiled})
    found = engine.evaluate_batch([{"key": "rules", "context": context} for context in given])
    return [[hit["rule"] for hit in one["data"]["result"]] for one in found]


def _expressions(text: str, given: list[dict[str, Any]]) -> list[list[bool]]:
    compiled = zen.compile_expression(text)
    return [compiled.evaluate(context) for context in given]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
