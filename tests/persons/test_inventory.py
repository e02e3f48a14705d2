"""Every table that knows customers has its line in the inventory, and every line fits its table."""

import pytest

import billing_app.db.tables  # noqa: F401 - every table of the product
from billing_app.db.model import metadata
from billing_app.persons.inventory import INVENTORY, For

pytestmark = pytest.mark.row("A12")


def test_every_table_with_customers_in_it_has_a_decision() -> None:
    known = {table.name for table in metadata.sorted_tables if "customer_id" in table.columns}
    assert not known - set(INVENTORY), "say in persons/inventory.py who gets a copy of these and what erasing does"


def test_every_decision_fits_its_table() -> None:
    for name, held in INVENTORY.items():
        columns = metadata.tables[name].columns
        assert held.withheld <= set(columns.keys()), name
        for column, value in held.erase.items():
            assert column in columns, f"{name}.{column}"
            assert value != "NULL" or columns[column].nullable, f"{name}.{column} cannot be empty"
        assert not (held.delete and held.erase), name
        assert held.by_owner <= set(columns.keys()) - set(held.erase), name


def test_secrets_and_their_digests_are_in_no_copy() -> None:
    for name, held in INVENTORY.items():
        secret = {
            column.name
            for column in metadata.tables[name].columns
            if any(part in column.name for part in ("password", "token", "digest", "fingerprint", "_mac", "secret"))
        }
        assert held.copy is For.NOBODY or secret <= held.withheld, f"{name}: {secret - held.withheld}"
