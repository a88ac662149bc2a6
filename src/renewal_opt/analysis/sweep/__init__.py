"""Scenarios by the dozen: files and grids, a pool of workers, a ledger of what is finished."""
