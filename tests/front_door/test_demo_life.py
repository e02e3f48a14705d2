"""A first start as people see it: a life is told while pages are built, and only once."""

from pathlib import Path

import pytest

from tests.front_door.product import Product, command

pytestmark = pytest.mark.deep


def test_a_first_start_tells_three_months_and_a_second_has_nothing_to_tell(tmp_path: Path) -> None:
    product = Product(tmp_path, environment={"CATALOG": "interview_mate", "DEMO": "months"})
    own = {"DATA_DIR": str(tmp_path), "CATALOG": "interview_mate"}
    try:
        product.start()
        first = "\n".join(product.said)
        assert "Demo life          60 people, 90 days" in first
        audited = command("doctor", **own)
        assert audited.returncode == 0, audited.stdout
        product.stop()
        product.start()
        assert "Demo life" not in "\n".join(product.said)
        assert "demo data" in "\n".join(product.said)
    finally:
        if product.process.poll() is None:
            product.stop()
