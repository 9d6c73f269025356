"""Compressor for HTML, XML and Markdown: main content as passages under an outline of headings.

HTML is rewritten as Markdown, which cannot be undone: faithful, never lossless. XML and Markdown are shown as they are.
"""

from __future__ import annotations

import re

from headroom_jupyter.compressors.base import Ask, Compressed, Hints, sample, verbatim
from headroom_jupyter.compressors.markup_html import html_passages
from headroom_jupyter.compressors.markup_markdown import markdown_passages
from headroom_jupyter.compressors.markup_xml import xml_passages
from headroom_jupyter.compressors.passages import Passage, choose, write

__all__ = ["MarkupCompressor"]

_OVERHANG = 400  # characters of HTML that a gap's lines may hold beyond the gap
_HTML_NAMES = (
    "html|head|body|div|p|span|table|t[rdh]|thead|tbody|ul|ol|li|a|h[1-6]|section|article|nav|main|header|footer|img|br"
    "|script|style|form|link|meta|title|pre|code|strong|em|b|i|dl|dt|dd|button|input|label"
)
_HTML_TAG = re.compile(rf"</?(?:{_HTML_NAMES})(?=[\s/>])", re.IGNORECASE)
_XML_TAG = re.compile(r"</?[A-Za-z_][\w:.-]{0,80}(?=[\s/>])")
_HTML_START = re.compile(
    r"\s*(?:<!--[^>]{0,3000}-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE
)
_XML_START = re.compile(r"\s*(?:<\?xml\s|<!DOCTYPE\s+(?!html)|<(?:svg|rss|feed|urlset|project|plist)[\s>])")
_MARKDOWN_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_MARKDOWN_SIGN = re.compile(
    r"\]\(\S|^ {0,3}[-*][ \t]+\S|^```|\*\*\w|^\|[ :|-]+\|\s*$|`\w[^`\n]*`|^#{2,6} ", re.MULTILINE
)
_CODE_SIGN = re.compile(
    r"[;{}]\s*$|^\s*(?:def|class|import|from|function|return|if|for|local|export)\b[^.\n]*[:({;=]|^[\w.-]+\s*[=:]\s*\S+$",
    re.MULTILINE,
)


class MarkupCompressor:
    """Shortens HTML, XML and Markdown by sections."""

    name = "markup"

    def confidence(self, text: str, hints: Hints) -> float:
        """Sure of a document's first tag; else by the density of tags, or of Markdown headings and signs."""
        part = sample(text)
        if "<?php" in part[:200]:
            return 0.0
        kind = _hinted(hints)
        if kind == "markdown":
            return 0.9
        return max(_tag_confidence(part, kind), _markdown_confidence(part))

    def compress(self, text: str, ask: Ask) -> Compressed:
        """Main content, sections by relevance; verbatim at the lossless level."""
        if not ask.may_omit:
            return verbatim(text)
        kind = _kind(text)
        if kind == "html":
            passages = html_passages(text, ask.query.text)
            rows = sum(len(p.text) for p in passages if p.key)
            kept = choose(passages, ask, is_data=rows * 2 > sum(len(p.text) for p in passages))
            return write(text, passages, kept, overhang=_OVERHANG) if passages else verbatim(text)
        if len(text) <= ask.target_chars:
            return verbatim(text)
        if kind == "xml":
            return _exact(text, xml_passages(text, max(400, ask.target_chars // 12)), ask, is_data=True)
        return _exact(text, markdown_passages(text), ask, is_data=False)

    def decode(self, text: str) -> str | None:
        """None: there is no lossless form."""
        return None


def _exact(text: str, passages: list[Passage], ask: Ask, *, is_data: bool) -> Compressed:
    kept = choose(passages, ask, is_data=is_data)
    return write(text, passages, kept) if len(kept) < len(passages) else verbatim(text)


def _hinted(hints: Hints) -> str:
    path, mime = hints.path.lower(), hints.mime.lower()
    if path.endswith((".md", ".markdown", ".mdx", ".mkd")) or mime == "text/markdown":
        return "markdown"
    if path.endswith((".html", ".htm", ".xhtml")) or "html" in mime:
        return "html"
    return "xml" if path.endswith((".xml", ".svg", ".rss", ".atom", ".xsd", ".xsl", ".plist")) or "xml" in mime else ""


def _kind(text: str) -> str:
    """html, xml or markdown, by the first characters and the density of tags."""
    part = sample(text)
    if _HTML_START.match(part) or part.lstrip().startswith("<?xml") and re.search(r"<html[\s>]", part):
        return "html"
    if _XML_START.match(part):
        return "xml"
    tags, known = len(_XML_TAG.findall(part)), len(_HTML_TAG.findall(part))
    if tags * 120 < len(part) and not part.lstrip().startswith("<"):
        return "markdown"
    return "html" if known * 2 >= tags else "xml"


def _tag_confidence(part: str, kind: str) -> float:
    first = part.lstrip("\ufeff \t\r\n")
    if _HTML_START.match(part) or _XML_START.match(part):
        return 0.97
    tags = len(_XML_TAG.findall(part))
    if not tags:
        return 0.0
    density = tags / len(part)
    if first.startswith("<") and not first.startswith("<<"):
        ends = part.rstrip().endswith(">")
        return min(0.95, 0.5 + 0.25 * ends + density * 10 + (0.2 if kind else 0.0))
    known = len(_HTML_TAG.findall(part))
    return min(0.6, density * 12 + (0.3 if kind else 0.0)) if known * 2 > tags else (0.4 if kind else 0.0)


def _markdown_confidence(part: str) -> float:
    headings = len(_MARKDOWN_HEADING.findall(part))
    if not headings:
        return 0.0
    lines = part.count("\n") + 1
    signs = len(_MARKDOWN_SIGN.findall(part)) + headings
    if len(_CODE_SIGN.findall(part)) > signs:
        return 0.0
    return min(0.8, 0.2 + signs / lines * 2) if signs > 2 else 0.0
