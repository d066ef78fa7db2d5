"""Documents: places of every value, limits before anything is built, and every way a file can be broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeadvisor.errors import InputError
from changeadvisor.io import json_reader, text_files, yaml_reader
from changeadvisor.io.documents import read_document
from changeadvisor.io.placed_data import Document, Receipt, TableReceipt
from changeadvisor.io.text_files import decode_leniently, read_csv


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_yaml_is_read_as_version_1_2_with_places(tmp_path: Path) -> None:
    text = "a: NO\nb: 12:30\nc: 2026-09-30\nd: 1e3\ne:\n  - f: null\n    2026: true\ng: 0x10\nh: 2026-09-30T10:00:00\n"
    found = read_document(write(tmp_path, "x.yaml", text))
    assert found.data["a"] == "NO"
    assert found.data["b"] == "12:30"
    assert found.data["c"] == dt.date(2026, 9, 30)
    assert found.data["e"] == [{"f": None, "2026": True}]
    assert (found.data["d"], found.data["g"]) == (1000.0, 16)
    assert isinstance(found.data["h"], dt.datetime)
    assert found.place(("e", 0, "2026")) == "x.yaml:7"
    assert found.place(("e", 0, "missing", "deeper")) == "x.yaml:6"
    assert found.place(("zz",)) == "x.yaml"


def test_json_keeps_lines(tmp_path: Path) -> None:
    found = read_document(
        write(
            tmp_path,
            "x.json",
            '{"a":\n [1.5,\n  {"b": "é"}],\n "c": {}, "d": [], "e": "\\ud83d\\ude00"}',
        )
    )
    assert found.data == {"a": [1.5, {"b": "é"}], "c": {}, "d": [], "e": "😀"}
    assert found.place(("a", 1, "b")) == "x.json:3"


@pytest.mark.parametrize(
    ("data", "note"),
    [
        ("a: é".encode(), None),
        (b"\xef\xbb\xbfa: \xc3\xa9\r\n", "with a byte-order mark"),
        ("a: é".encode("utf-16"), "UTF-16"),
        (b"a: \xe9\n", "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, note: str | None) -> None:
    found = read_document(write(tmp_path, "x.yaml", data))
    assert found.data == {"a": "é"}
    assert [note in n for n in found.receipt.notes] == ([True] if note else [])  # type: ignore[operator]


def test_a_value_that_only_looks_like_a_date_or_number_stays_text(tmp_path: Path) -> None:
    found = read_document(
        write(tmp_path, "x.yaml", "%YAML 1.2\n---\na: 2026-13-45\nb: " + "1" * 5_000)
    )
    assert (found.data, found.faults) == ({"a": "2026-13-45", "b": "1" * 5_000}, ())


@pytest.mark.parametrize(
    ("data", "text", "encoding", "line"),
    [
        (b"\xef\xbb\xbfa\xff\n", "a\ufffd\n", "UTF-8", 1),
        (b"\xff\xfea\0\n\0b", "a\n\ufffd", "UTF-16", 2),
    ],
)
def test_a_published_file_that_breaks_its_own_encoding(
    data: bytes, text: str, encoding: str, line: int
) -> None:
    read = f"f.csv: read as {encoding} with a byte-order mark"
    lost = f"f.csv: 1 byte(s) that {encoding} does not know became U+FFFD, in line {line}"
    assert decode_leniently(data, "f.csv") == (text, (read, lost))


def test_unknown_bytes_in_published_files_are_said() -> None:
    text, notes = decode_leniently(b"a,b\nx,\x9d\n", "f.csv")
    assert text == "a,b\nx,\ufffd\n"
    assert notes[1] == "f.csv: 1 byte(s) that cp1252 does not know became U+FFFD, in line 2"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.yaml", "[" * 200_000, "x.yaml:1: values nested too deep"),
        ("x.json", "[" * 200_000, "x.json:1: values nested too deep"),
        ("x.json", '{"a":"' + "[" * 90 + '\\"["' + "," * 1, "expecting"),
        ("x.yaml", "a: &a [*a]", "nested too deep"),
        ("x.yaml", "a: &a [1,2,3,4,5,6,7,8,9]\n" + "".join(f"{c}: &{c} [{','.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdef", "bcdefg", strict=True)), "aliases that unfold"),
        ("x.yaml", "a: b: c", "x.yaml:1:5"),
        ("x.yaml", "a:\n\tb: 1\n", "x.yaml:2:1: a tab; expected YAML. Indent with spaces"),
        ("x.yaml", "a: *b", "x.yaml:1:4: undefined alias"),
        ("x.yaml", "# old\n%YAML 1.1\n---\na: NO\n", "x.yaml:2: `%YAML 1.1`; expected YAML 1.2"),
        ("x.yaml", "a: [1,", "x.yaml:1"),
        ("x.yaml", "a: 1\nb: \x1b", "x.yaml:2: the character U+001B"),
        ("x.yaml", "---\na: 1\n---\nb: 1\n", "another document"),
        ("x.yaml", b"a: \x9d", "byte 0x9d"),
        ("x.yaml", b"a: \x00b", "a NUL character"),
        ("x.yaml", b"\xff\xfea", "bytes that are not UTF-16"),
        ("x.yaml", b"", "nothing in it"),
        ("x.json", b"", "expecting value"),
        ("x.json", '{"a": [1,', "x.json:1:10"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(tmp_path: Path, name: str, data: bytes | str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_document(write(tmp_path, name, data))
    assert message in str(caught.value)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.yaml", "a: 1\nb: 2\na: 3\n", "x.yaml:3: a: `a` again (first in line 1)"),
        ("x.yaml", "a: {b: 1, b: 2}", "a.b: `b` again"),
        ("x.yaml", "a: !!python/object:os.system x", "the tag"),
        ("x.yaml", "a: &x {b: 1}\n<<: *x\n", "a merge key"),
        ("x.yaml", "? [1]\n: 2\n", "a key that is not a word"),
        ("x.yaml", "a: !mine {b: 1}", "the tag `!mine`"),
        ("x.yaml", "a: !!set {b}", "the tag"),
        ("x.yaml", '"a": "\\ud83d"', "half a character"),
        ("x.json", '{"a": 1,\n\n"a": 2}', "x.json:3: a: `a` again (first in line 1)"),
        ("x.json", '[{"id": "i", "a": -' + "1" * 5_000 + "}]", "x.json:1: [i].a: `-111"),
        ("x.json", '{"a": NaN}', "`NaN`; expected a finite number"),
        ("x.json", '{"a": "\\ud83d"}', "half a character"),
    ],
)
def test_faults_that_do_not_stop_reading(
    tmp_path: Path, name: str, data: str, message: str
) -> None:
    found = read_document(write(tmp_path, name, data))
    assert any(message in str(f) for f in found.faults)


def test_a_file_that_is_not_there_or_is_a_folder_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_document(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="not a file"):
        read_document(tmp_path)
    monkeypatch.setattr(text_files, "MOST_BYTES", 3)
    with pytest.raises(InputError, match="at most 0 MB"):
        read_document(write(tmp_path, "x.yaml", "a: 12"))


def test_deeply_nested_by_indentation(tmp_path: Path) -> None:
    text = "".join(" " * i + "a:\n" for i in range(3_000))
    with pytest.raises(InputError, match="nested too deep"):
        read_document(write(tmp_path, "x.yaml", text))


def test_csv_keeps_lines(tmp_path: Path) -> None:
    table = read_csv(write(tmp_path, "x.csv", 'a,b\n"1\n2", x \n\n3,4,\n'))
    assert table.headings == ("a", "b")
    assert table.rows == ((2, ("1\n2", "x")), (5, ("3", "4", "")))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "nothing in it"),
        ("\n\n", "nothing in it"),
        ("a,a\n1,2\n", "heading `a` twice"),
        ("a\n1,2\n", "x.csv:2: 2 cells under 1 headings"),
        ('a\n"x\n', "x.csv"),
        ('a\n"x"y\n', "x.csv:2"),
        ("a\n" + "x" * 200_000, "field larger"),
    ],
)
def test_csv_that_is_none(tmp_path: Path, data: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_csv(write(tmp_path, "x.csv", data))
    assert message in str(caught.value)


def test_receipts_are_lines_safe_to_show() -> None:
    receipt = Receipt((TableReceipt("t\x1b[31m", 3, 2, ("row 2: no id",), ("Colour",)),), ("note",))
    assert receipt.lines() == (
        "note",
        "t\\u001b[31m: 3 rows read, 2 used, 1 held",
        "  held: row 2: no id",
        "  columns not understood: Colour",
    )


def test_a_document_without_places_still_names_the_input() -> None:
    assert Document({}, {}).place(("a",)) == "input"


_plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(exclude_categories=["C"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcdef", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"), ("TRUE", True), ("017", 17), ("0o17", 15), ("0o8", "0o8"), ("1:30", "1:30"), ("=", "="),
        ("<<", "<<"), ("~", None), ("", None), ("!!str 5", "5"), ("! x", "x"), ("1e", "1e"), ("-.5", -0.5),
    ],
)  # fmt: skip
def test_scalars_of_yaml_1_2(tmp_path: Path, written: str, value: object) -> None:
    found = read_document(write(tmp_path, "x.yaml", f"a: {written}\n"))
    assert (found.data, found.faults) == ({"a": value}, ())


@pytest.mark.parametrize(
    "written", ["!!bool yes", "!!int x", '!!int ""', "!!null x", "!!timestamp x", "!a:str x"]
)
def test_a_tag_that_its_value_does_not_bear_out_is_a_fault(tmp_path: Path, written: str) -> None:
    found = read_document(write(tmp_path, "x.yaml", f"a: {written}\n"))
    assert [f.found.partition("`")[0] for f in found.faults] == ["the tag "]


@given(
    st.binary(max_size=60)
    | st.text("[]{}:-?,&*!|>'\"%@#<= \t\nab01.\0\x85\u2028\ufeff\U0001f600").map(str.encode)
)
def test_any_bytes_are_read_or_refused_in_one_line(data: bytes) -> None:
    def told(read: Callable[[str, str], object]) -> str:
        try:
            read(text_files.decode(data, "x")[0], "x")
        except InputError as error:
            return str(error)
        return ""

    for read in (
        yaml_reader.read_yaml,
        json_reader.read_json,
        lambda text, name: list(text_files.csv_rows(text, name)),
    ):
        assert told(read).isprintable()


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), _plain, min_size=1, max_size=3))
def test_json_reads_as_pythons_own(data: dict[str, object]) -> None:
    import json

    text = json.dumps(data, indent=1)
    assert json_reader.read_json(text, "x").data == data
    assert yaml_reader.read_yaml(json.dumps(data, ensure_ascii=False), "x").data == data
