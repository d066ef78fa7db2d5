"""Commands about rule packs and frameworks, and the schemas of all files."""

from __future__ import annotations

from pathlib import Path

import click

from changeadvisor.cli.shared import FOUND, AnyPath, warn


@click.command()
@click.argument("name")
def schema(name: str) -> int:
    """Print the JSON Schema of `programme`, `advice`, `difference`, `pack` or `framework`."""
    import json

    from changeadvisor.cli import schemas

    click.echo(json.dumps(schemas.schema(name), indent=2, ensure_ascii=False))
    return 0


@click.group(
    help="Test, check, question and read rule packs. "
    "PATH is a file, or the name of a pack that comes with this."
)
def rules() -> None:
    """Test, check, question and read rule packs."""


@rules.command(name="test")
@click.argument("path")
def rules_test(path: str) -> int:
    """Run every inline test of a pack or framework."""
    from changeadvisor.io.rules import run_inline_tests

    results = list(run_inline_tests(path))
    failed = [r for r in results if not r.passed]
    for result in failed:
        click.echo(f"{result.rule}: {result.it}: expected {result.expected}, found {result.found}")
    if results:
        click.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    else:
        click.echo("no tests in it")
    return 0 if results and not failed else FOUND


@rules.command(
    name="lint",
    help="Report gaps, overlaps, rules that cannot fire, things unused, "
    "and answers milder when facts are worse.",
)
@click.argument("path")
def rules_lint(path: str) -> int:
    """Report what is wrong with a pack's rules."""
    from changeadvisor.io.rules import load_pack
    from changeadvisor.judgement.lint import lint

    report = lint(load_pack(path))
    warn(report.notes)
    for finding in report.findings:
        click.echo(str(finding))
    click.echo(f"{len(report.findings)} found")
    return FOUND if report.findings else 0


@rules.command(
    name="ask",
    help="Judge a table of facts with a pack; "
    "adds answer, support, margin and the rules that fired.",
)
@click.argument("pack")
@click.option(
    "--facts", type=AnyPath, required=True, help="A CSV with a column a fact and a row a case."
)
@click.option("--format", "form", type=click.Choice(["csv"]), default="csv", show_default=True)
def rules_ask(pack: str, facts: Path, form: str) -> int:
    """Judge a table of facts with a pack."""
    from changeadvisor.io import fact_tables
    from changeadvisor.io import rules as library

    # One form only so far: the option stands so that another can be added without a new command.
    del form
    answered = fact_tables.ask(library.load_pack(pack), facts)
    warn(answered.notes)
    click.echo(answered.text, nl=False)
    return 0


@rules.command(name="show")
@click.argument("path")
def rules_show(path: str) -> int:
    """Print a pack or a framework as a page people can read (Markdown)."""
    from changeadvisor.io.rules import load_rules
    from changeadvisor.judgement import RulePack
    from changeadvisor.report import reference

    loaded = load_rules(path)
    if isinstance(loaded, RulePack):
        click.echo(reference.pack_page(loaded), nl=False)
    else:
        click.echo(reference.framework_page(loaded), nl=False)
    return 0


@rules.command(
    name="facts",
    help="Print the vocabulary: "
    "every fact a rule may mention, its levels, and the question that settles it (Markdown).",
)
def rules_facts() -> int:
    """Print the vocabulary."""
    from changeadvisor.io.rules import vocabulary
    from changeadvisor.report import reference

    click.echo(reference.vocabulary_page(vocabulary()), nl=False)
    return 0
