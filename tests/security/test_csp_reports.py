"""What browsers report about our policy is noted without what must not stand in a log."""

import json
import logging

import pytest

from billing_app.api.csp_reports import LIMIT, MAX_BYTES, read
from tests.host_api.host import Host

pytestmark = pytest.mark.row("A12")
REPORTS = "/api/v1/csp-reports"


def test_a_report_is_read_without_queries_users_and_line_breaks() -> None:
    said = {
        "csp-report": {
            "document-uri": "https://me:secret@billing.example/reset?token=abc\n",
            "effective-directive": "script-src",
            "blocked-uri": "https://attacker.example/x.js?y=1",
        }
    }
    assert read(json.dumps(said).encode()) == {
        "directive": "script-src",
        "blocked": "https://attacker.example/x.js",
        "page": "https://billing.example/reset",
    }


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"null", b'{"csp-report": 1}', b"[" * 5000, b'{"csp-report": {}}'])
def test_what_is_no_report_says_nothing(body: bytes) -> None:
    assert read(body) == {}


async def test_reports_are_noted_up_to_a_limit_and_answered_with_nothing(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps({"csp-report": {"violated-directive": "img-src", "blocked-uri": "inline"}})
    with caplog.at_level(logging.WARNING, "billing_app.api.csp_reports"):
        async with host.client(None) as client:
            for _ in range(LIMIT.burst + 3):
                assert (await client.post(REPORTS, content=body)).status_code == 204
            assert (await client.post(REPORTS, content=b"x" * (MAX_BYTES + 1))).status_code == 204
    assert [record.getMessage() for record in caplog.records] == [
        "csp_violation: blocked inline, directive img-src"
    ] * (LIMIT.burst)
