"""A report as one HTML page that needs nothing else: to be opened, printed on one sheet of A4, or sent on."""

from html import escape
from string import Template
from typing import Final

from remotedesk.ui.doctor.sheet import Mark, Row, Section, Sheet

_SIGNS: Final = {Mark.GOOD: "✓", Mark.WARN: "!", Mark.BAD: "✕", Mark.NONE: "·"}

_PAGE: Final = Template("""<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="format-detection" content="telephone=no">
<title>$title</title>
<style>
@page { size: A4; margin: 14mm 16mm; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f6f9; color: #17212e; print-color-adjust: exact; -webkit-print-color-adjust: exact;
  font: 14px/1.55 system-ui, "Segoe UI", "Yu Gothic UI", "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP",
  sans-serif; }
main { max-width: 48rem; margin: 2rem auto; padding: 2.25rem 2.5rem; background: #fff; border: 1px solid #dce1e8;
  border-radius: 10px; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; }
h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; padding-bottom: .3rem; border-bottom: 1px solid #dce1e8; }
p { margin: 0; }
.sub, .note, footer { color: #566273; }
.sub { font-size: .93rem; margin-top: .15rem; overflow-wrap: anywhere; }
.verdict { display: flex; gap: .8rem; align-items: flex-start; margin-top: 1.2rem; padding: .85rem 1rem;
  border-radius: 8px; }
.verdict strong { font-size: 1.08rem; }
.verdict.good { background: #e5f4ea; } .verdict.warn { background: #fdf3dc; } .verdict.bad { background: #fdecea; }
.sign { flex: none; display: inline-block; width: 1.35em; height: 1.35em; border-radius: 50%; color: #fff;
  font-weight: 700; font-size: .82em; line-height: 1.35em; text-align: center; }
.verdict .sign { margin-top: .2rem; font-size: .95em; }
.sign.good { background: #176b3a; } .sign.warn { background: #8a5a00; } .sign.bad { background: #c4261d; }
.sign.none { color: #8a95a5; }
table { width: 100%; border-collapse: collapse; }
td { padding: .28rem 0; vertical-align: baseline; overflow-wrap: anywhere; }
td:first-child { width: 2rem; } td:nth-child(2) { width: 41%; padding-right: 1rem; font-weight: 600; }
.note { display: block; font-size: .9em; font-weight: 400; }
footer { white-space: pre-line; font-size: .88rem; margin-top: 1.6rem; padding-top: .7rem;
  border-top: 1px solid #dce1e8; }
@media (max-width: 40rem) { main { margin: 0; border: 0; border-radius: 0; padding: 1.25rem; } }
@media print { html { font-size: 11px; } body { background: #fff; font-size: 11px; line-height: 1.4; }
  main { margin: 0; padding: 0; border: 0; max-width: none; }
  h2 { margin-top: 1.1rem; break-after: avoid; } tr { break-inside: avoid; } }
</style>
</head>
<body>
<main>
<h1>$title</h1>
<p class="sub">$subtitle</p>
<div class="verdict $mark"><span class="sign $mark" aria-hidden="true">$sign</span>
<p><strong>$verdict</strong>$advice</p></div>
$sections
<footer>$foot</footer>
</main>
</body>
</html>
""")


def html_of(sheet: Sheet, language: str) -> str:
    """Return the page; `language` is that of the sheet's texts, whatever is in which is shown as it is."""
    return _PAGE.substitute(
        language=escape(language),
        title=escape(sheet.title),
        subtitle=escape(sheet.subtitle),
        mark=sheet.mark,
        sign=_SIGNS[sheet.mark],
        verdict=escape(sheet.verdict),
        advice=f"<br>{escape(sheet.advice)}" if sheet.advice else "",
        sections="\n".join(map(_section, sheet.sections)),
        foot=escape(sheet.foot),
    )


def _section(section: Section) -> str:
    rows = "\n".join(map(_row, section.rows))
    return f"<section>\n<h2>{escape(section.heading)}</h2>\n<table>\n{rows}\n</table>\n</section>"


def _row(row: Row) -> str:
    note = f'<span class="note">{escape(row.note)}</span>' if row.note else ""
    sign = f'<span class="sign {row.mark}" aria-hidden="true">{_SIGNS[row.mark]}</span>'
    return f"<tr><td>{sign}</td><td>{escape(row.what)}</td><td>{escape(row.how)}{note}</td></tr>"
