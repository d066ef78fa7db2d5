"""Malformed inputs that are too large or too odd to keep as files, made where a test asks for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
)
_BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Initiatives" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


def workbook(sheet: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """A bare workbook of one sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels", _RELS.format(kind="officeDocument", target="xl/workbook.xml")
        )
        archive.writestr("xl/workbook.xml", _BOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def _rows(rows: str) -> bytes:
    return workbook(_SHEET.format(rows=rows))


def _bomb() -> bytes:
    """A gigabyte of zeros in about a megabyte, written piece by piece."""
    out = io.BytesIO(workbook(_SHEET.format(rows="")))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/z.bin", "w", force_zip64=True) as file,
    ):
        for _ in range(1024):
            file.write(b"\0" * 1024 * 1024)
    return out.getvalue()


def _entity(kind: str) -> bytes:
    sheet = _SHEET.format(rows='<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>')
    return workbook(f"<!DOCTYPE worksheet [{kind}]>{sheet}")


def _laughs() -> str:
    lines = [
        '<!ENTITY a "ha">',
        *(f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
    return "".join(lines) + '<!ENTITY x "&i;">'


#: name -> (file name, its bytes)
MADE: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "200000 brackets": ("x.yaml", lambda: b"[" * 200_000),
    "200000 brackets in JSON": ("x.json", lambda: b"[" * 200_000),
    "3000 levels of indentation": (
        "x.yaml",
        lambda: b"".join(b" " * i + b"a:\n" for i in range(3_000)),
    ),
    "a gigabyte in a small zip": ("x.xlsx", _bomb),
    "a value in XFD1048576": (
        "x.xlsx",
        lambda: _rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    ),
    "a value in XFD1": (
        "x.xlsx",
        lambda: _rows('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'),
    ),
    "an external entity": ("x.xlsx", lambda: _entity('<!ENTITY x SYSTEM "file:///etc/passwd">')),
    "an entity bomb": ("x.xlsx", lambda: _entity(_laughs())),
    "a truncated workbook": ("x.xlsx", lambda: _rows("")[:400]),
    "a workbook without sheets": ("x.xlsx", lambda: workbook("not xml at all")),
    "a workbook without a programme": (
        "x.xlsx",
        lambda: _rows('<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'),
    ),
    "an old workbook": ("x.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512),
}
