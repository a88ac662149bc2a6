"""The same sweep on Dask: a LocalCluster of separate processes, one of them killed while the sweep runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sweep_city import write_city
from sweep_doubles import deadly, instead, slow
from test_run import plans, run

from renewal_opt.analysis.sweep.entry import Entry
from renewal_opt.analysis.sweep.ledger import LEDGER
from renewal_opt.analysis.sweep.run import Listener
from renewal_opt.errors import InputError
from renewal_opt.workers import pool

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed: sweeps on a cluster are not tested")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a cluster of two worker processes that can import the helpers of these tests."""
    here = Path(__file__).parent
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(here), str(here.parent), *([before] if before else [])])
    space = tmp_path_factory.mktemp("dask")
    from dask import config

    try:
        with config.set({"distributed.scheduler.allowed-failures": 1}), distributed.LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None, local_directory=str(space)) as made:
            yield made
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def test_the_same_plans_as_a_process_pool(cluster: Any, tmp_path: Path) -> None:
    write_city(tmp_path)
    run(tmp_path, "pool", opener=pool.processes(1))
    workers: set[str] = set()
    result = run(tmp_path, "dask", opener=pool.cluster(cluster.scheduler_address), listener=Listener(finished=lambda e: workers.add(e.worker)))
    assert [e.status for e in result.entries] == ["solved"] * 6
    assert str(os.getpid()) not in {w.rpartition(":")[2] for w in workers}
    assert plans(tmp_path / "dask") == plans(tmp_path / "pool")
    kept = run(tmp_path, "dask", opener=pool.processes(1))
    assert len(kept.kept) == 6


def test_paths_relative_to_the_folder_in_which_the_sweep_was_started(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_city(tmp_path)
    run(tmp_path, "one", grid=("budget=0.8",))
    monkeypatch.chdir(tmp_path)
    result = run(Path(), "other", grid=("budget=0.8",), opener=pool.cluster(cluster.scheduler_address))
    assert [e.status for e in result.entries] == ["solved"], result.entries
    assert plans(Path("other")) == plans(Path("one"))


def test_nothing_is_lost_when_a_worker_is_killed(cluster: Any, tmp_path: Path) -> None:
    write_city(tmp_path)
    run(tmp_path, "pool", opener=pool.processes(1))
    killed: list[int] = []

    def kill(entry: Entry) -> None:
        if not killed:
            with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                pids = client.run(os.getpid)
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    result = run(tmp_path, "dask", opener=instead(pool.cluster(cluster.scheduler_address), slow), listener=Listener(finished=kill))
    assert killed
    assert [e.status for e in result.entries] == ["solved"] * 6
    lines = [line for line in (tmp_path / "dask" / LEDGER).read_text(encoding="utf-8").splitlines() if '"kind": "case"' in line]
    assert len(lines) == 6
    assert plans(tmp_path / "dask") == plans(tmp_path / "pool")


def test_a_case_that_kills_its_workers_has_failed(cluster: Any, tmp_path: Path) -> None:
    write_city(tmp_path)
    result = run(tmp_path, grid=("budget=0.8", "basis=investment,count"), opener=instead(pool.cluster(cluster.scheduler_address), deadly))
    assert [(e.status, e.error.get("kind")) for e in result.entries] == [("solved", None), ("failed", "killed")]
    assert "workers died" in result.entries[1].error["message"]


def test_no_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "PATIENCE", 1)
    write_city(tmp_path)
    for address in ("tcp://127.0.0.1:9", "no address"):
        with pytest.raises(InputError) as caught:
            run(tmp_path, opener=pool.cluster(address))
        assert [f.kind for f in caught.value.findings] == ["no_cluster"]


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"renewal-opt\[dask\]"):
        pool.cluster("tcp://127.0.0.1:9")
