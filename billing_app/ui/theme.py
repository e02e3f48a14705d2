"""Tailwind's theme: names for the tokens of `assets/tokens.css`, so that no component states a colour of its own."""

from typing import Any

_COLOURS = (
    "ground", "surface", "raised", "sunken", "line", "line-strong", "control-line", "ink", "ink-2", "ink-3",
    "accent", "accent-hover", "accent-ink", "accent-soft", "accent-text",
    "good", "good-soft", "warn", "warn-soft", "bad", "bad-soft", "c1", "c2", "c3", "c4",
)  # fmt: skip

TAILWIND: dict[str, Any] = {
    "theme": {
        "extend": {
            "colors": {name: f"var(--{name})" for name in _COLOURS},
            "boxShadow": {"lift": "var(--lift)", "float": "var(--float)"},
            "borderRadius": {"card": "10px", "panel": "16px", "control": "8px"},
            "fontSize": {
                "tiny": [".75rem", "1.5"],
                "small": [".8125rem", "1.5"],
                "base": [".875rem", "1.5"],
                "h3": [".875rem", {"lineHeight": "1.4", "fontWeight": "600"}],
                "h2": ["1rem", {"lineHeight": "1.35", "letterSpacing": "-.01em", "fontWeight": "620"}],
                "section": ["1.25rem", {"lineHeight": "1.3", "letterSpacing": "-.015em", "fontWeight": "620"}],
                "h1": ["1.75rem", {"lineHeight": "1.2", "letterSpacing": "-.02em", "fontWeight": "640"}],
                "display": ["2.5rem", {"lineHeight": "1.1", "letterSpacing": "-.03em", "fontWeight": "640"}],
                "figure": ["2.125rem", {"lineHeight": "1.1", "letterSpacing": "-.03em", "fontWeight": "640"}],
            },
        }
    }
}

STYLESHEETS = ["/tokens.css"]
