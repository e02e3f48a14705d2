"""The ledger's speed, measured beside plain PL/pgSQL on the same server in the same run: `make bench`."""
