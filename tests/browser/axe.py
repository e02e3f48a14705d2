"""axe-core in a page: what somebody with a screen reader, a keyboard or weak eyes would stumble over (WCAG 2.2 AA)."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_RUN = """async (rules) => {
  const runOnly = rules.length ? {runOnly: {type: 'rule', values: rules}} : {};
  // WCAG 2.2 AA asks for targets of 24 px; axe looks for that only when told to.
  const also = rules.length ? {} : {rules: {'target-size': {enabled: true}}};
  const found = await axe.run(document, {resultTypes: ['violations'], iframes: false, ...runOnly, ...also});
  return found.violations.map(v => ({
    rule: v.id, impact: v.impact, help: v.help,
    where: v.nodes.slice(0, 4).map(n => `${n.target.join(' ')} - ${n.html.slice(0, 160)} - ${n.failureSummary}`),
  }));
}"""
# What axe leaves out, or to a person: a table or a heading of one that says not of what, an id that is there twice.
_ALSO = """() => {
  const shown = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility());
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id).filter(Boolean);
  return [
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map(id => `twice: #${id}`),
    ...shown.filter(e => e.tagName === 'TH' && !e.scope).map(e => `no scope: ${e.textContent}`),
    ...shown.filter(e => e.tagName === 'TABLE' && !e.caption?.textContent.trim() && !e.ariaLabel)
      .map(e => `a table without a caption: ${e.textContent.slice(0, 80)}`),
  ];
}"""
COLOURS = ("color-contrast", "link-in-text-block")
"""Rules whose answer depends on light and dark."""
COUNTS = ("moderate", "serious", "critical")


async def stumbles(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page as it is now, one line each, by all its rules or by these; a minor thing is none."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(_AXE)
    found: list[dict[str, Any]] = await page.evaluate(_RUN, list(rules))
    also: list[str] = [] if rules else await page.evaluate(_ALSO)
    return [f"{page.url}: {one}" for one in also] + [
        f"{page.url}: {one['impact']} {one['rule']}: {one['help']}: " + " | ".join(one["where"])
        for one in found
        if one["impact"] in COUNTS
    ]
