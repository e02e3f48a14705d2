"""axe-core in a page: what somebody with a screen reader, a keyboard or weak eyes would stumble over (WCAG 2.2 AA)."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_RUN = """async (rules) => {
  const runOnly = rules.length ? {runOnly: {type: 'rule', values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ['violations'], iframes: false, ...runOnly});
  return found.violations.map(v => ({
    rule: v.id, impact: v.impact, help: v.help,
    where: v.nodes.slice(0, 4).map(n => `${n.target.join(' ')} - ${n.html.slice(0, 160)} - ${n.failureSummary}`),
  }));
}"""
COLOURS = ("color-contrast", "link-in-text-block")
"""Rules whose answer depends on light and dark."""
COUNTS = ("moderate", "serious", "critical")


async def stumbles(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page as it is now, one line each, by all its rules or by these; a minor thing is none."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(_AXE)
    found: list[dict[str, Any]] = await page.evaluate(_RUN, list(rules))
    return [
        f"{page.url}: {one['impact']} {one['rule']}: {one['help']}: " + " | ".join(one["where"])
        for one in found
        if one["impact"] in COUNTS
    ]
