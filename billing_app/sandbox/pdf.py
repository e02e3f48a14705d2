"""A one-page PDF of plain lines of text: enough to open, read and download as an invoice (PDF 1.4, ISO 32000)."""

_WIDTH, _HEIGHT, _MARGIN, _LEADING = 595, 842, 56, 18
_MAX_LINES = 40


def document(title: str, lines: list[str]) -> bytes:
    """The bytes of the PDF; what does not fit on the page is counted in its last line."""
    shown = (
        lines if len(lines) <= _MAX_LINES else [*lines[: _MAX_LINES - 1], f"... and {len(lines) - _MAX_LINES + 1} more"]
    )
    text = [f"BT /F1 20 Tf {_MARGIN} {_HEIGHT - 80} Td ({_escaped(title)}) Tj ET"]
    for at, line in enumerate(shown):
        top = _HEIGHT - 120 - at * _LEADING
        text.append(f"BT /F1 11 Tf {_MARGIN} {top} Td ({_escaped(line)}) Tj ET")
    stream = "\n".join(text).encode("cp1252", "replace")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents 5 0 R"
    return _assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page.encode() + b" /Resources << /Font << /F1 4 0 R >> >> >>",
            font,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    )


def _assembled(objects: list[bytes]) -> bytes:
    out = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "()\\" else char for char in text if char.isprintable())
