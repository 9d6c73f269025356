"""Attributes of an HTML tag, and whether they say that the element is navigation or the like."""

from __future__ import annotations

import re

__all__ = ["attributes_of", "is_minor"]

_ATTRIBUTE = re.compile(r"([\w:@-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_MINOR = frozenset("nav footer aside select button dialog menu".split())
_MINOR_ROLES = frozenset("navigation banner contentinfo search complementary menu menubar dialog".split())
_MINOR_NAMES = frozenset(
    "nav navbar navigation menu sidebar sphinxsidebar breadcrumb breadcrumbs footer toc cookie-banner cookies share"
    " social pagination pager related".split()
)
_MINOR_ENDINGS = ("-nav", "-navbar", "-menu", "-sidebar", "-footer", "-breadcrumb", "-breadcrumbs", "-navigation")
_CONTAINERS = frozenset("div ul ol section header table form p".split())


def attributes_of(attributes: str) -> dict[str, str]:
    """Names in lower case and values, the first of each name.

    >>> attributes_of(' HREF=a id="b"')
    {'id': 'b', 'href': 'a'}
    """
    found = _ATTRIBUTE.findall(attributes[:4000])
    return {name.lower(): double or single or bare for name, double, single, bare in reversed(found)}


def is_minor(name: str, attributes: str) -> bool:
    """Whether an element is beside the main content, by its tag, role, class or id.

    >>> is_minor("nav", ""), is_minor("div", ' class="wide page-footer"'), is_minor("div", ' class="menus"')
    (True, True, False)
    """
    if name in _MINOR:
        return True
    if name not in _CONTAINERS:
        return False
    if "role" not in attributes and "class" not in attributes and "id" not in attributes:
        return False
    found = attributes_of(attributes)
    if found.get("role", "").lower() in _MINOR_ROLES:
        return True
    names = f"{found.get('class', '')} {found.get('id', '')}".lower().split()
    return any(name in _MINOR_NAMES or name.endswith(_MINOR_ENDINGS) for name in names)
