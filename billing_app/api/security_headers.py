"""What a browser is told beside each answer, so that it refuses what no page of ours ever does. Pure.

No script but those we built: their hashes come from the built pages. No `eval`, which is why no handler of a page may
return a toast, a clipboard or a script call. Styles are inline here and there, as React writes them.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

REPORTS = "/api/v1/csp-reports"
HSTS = ("Strict-Transport-Security", "max-age=31536000")
"""A year, and this host alone: what else lies under your domain is not ours to decide."""
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
STRIPE_PAGES = ("https://checkout.stripe.com", "https://billing.stripe.com")

_SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_LOOPBACK = ("localhost", "127.0.0.1")


def script_hashes(page: str) -> list[str]:
    """The inline scripts of a built page as a policy names them; data blocks (JSON-LD) run nothing and need none."""
    inline = [
        body for attributes, body in _SCRIPT.findall(page) if "src=" not in attributes and "+json" not in attributes
    ]
    digests = {hashlib.sha256(body.replace("\r\n", "\n").encode()).digest() for body in inline}
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def page_policy(scripts: Iterable[str], *, public_url: str, pays_at: Iterable[str]) -> str:
    """The policy of a page.

    Args:
        scripts: what may run inline, as `script_hashes` says it.
        public_url: where people reach us. Its live line is named, as older browsers do not count it as 'self'.
        pays_at: origins a form of ours may lead to by a redirect: Stripe's pages, or the sandbox's.
    """
    https = public_url.startswith("https://")
    lines = " ".join(sorted(origin.replace("http", "ws", 1) for origin in origins(public_url)))
    directives = [
        "default-src 'self'",
        " ".join(["script-src 'self'", *scripts]),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        f"connect-src 'self' {lines}".rstrip(),
        " ".join(["form-action 'self'", *pays_at]),
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        f"report-uri {REPORTS}",
    ]
    return "; ".join(directives + (["upgrade-insecure-requests"] if https else []))


def pays_at(stripe_api_base: str, stripe_page_hosts: Iterable[str]) -> list[str]:
    """Origins of the pages that take payments.

    Args:
        stripe_api_base: the sandbox's address; empty for Stripe itself.
        stripe_page_hosts: the founder's own domains at Stripe.
    """
    if stripe_api_base:
        return sorted(origins(stripe_api_base))
    return [*STRIPE_PAGES, *(f"https://{host}" for host in stripe_page_hosts)]


def origins(address: str) -> set[str]:
    """The origin of an address; of this machine's own, by each of its names."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return set()
    if not parts.hostname:
        return set()
    hosts = _LOOPBACK if parts.hostname in _LOOPBACK else (parts.hostname,)
    return {f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}" for host in hosts}
