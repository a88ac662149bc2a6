"""At least 2,000 mutated policies, libraries and scenarios: each ends in a verified plan or in a located error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from random import Random

import pytest
from mutation_judge import outcome
from mutation_seeds import SEEDS, FileSet, zhengzhou
from mutators import mutate

from renewal_opt.io import yamlfile
from renewal_opt.io.load import Inputs, load_inputs

#: streams of mutations, and mutations in each
STREAMS, EACH = 24, 90


@pytest.fixture(scope="module", autouse=True)
def parsed_once() -> Iterator[None]:
    """Parse equal YAML texts once: most files of a set stay as they were, and parsing is most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlfile, "compose", lru_cache(maxsize=200)(yamlfile.compose))
        yield


@cache
def base(name: str, folder: Path) -> Inputs:
    fileset = zhengzhou() if name == "zhengzhou" else SEEDS[name]()
    return load_inputs(fileset.write(folder))


def run(stream: int, number: int, tmp_path: Path, seeds: Mapping[str, Callable[[], FileSet]] = SEEDS) -> Counter[str]:
    """Run one stream of mutations; every failure is told with what made it."""
    ends: Counter[str] = Counter()
    failures: list[str] = []
    for n in range(number):
        random = Random(stream * 1_000_003 + n)
        name = random.choice(sorted(seeds))
        mutation = mutate(seeds[name](), random)
        folder = tmp_path / str(n)
        for place, content in mutation.files.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(content)
        try:
            ends[outcome(folder / "scenario.yaml", mutation, base=base(name, tmp_path / f"good_{name}"))] += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            failures.append(f"stream {stream} number {n} set {name}: {mutation.what}\n    {type(error).__name__}: {str(error)[:600]}")
    assert not failures, f"{len(failures)} of {number}:\n" + "\n".join(failures)
    return ends


@pytest.mark.parametrize("stream", range(STREAMS))
def test_every_mutation_ends_in_a_plan_or_a_located_error(tmp_path: Path, stream: int) -> None:
    ends = run(stream, EACH, tmp_path)
    assert ends["plan"] > EACH // 20
    assert ends["input"] > EACH // 4


def test_there_are_enough() -> None:
    assert STREAMS * EACH >= 2_000


@pytest.mark.slow
@pytest.mark.parametrize("stream", range(1_000, 1_190))
def test_many_more_mutations(tmp_path: Path, stream: int) -> None:
    run(stream, 100, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("stream", range(2_000, 2_040))
def test_mutations_of_the_bundled_city(tmp_path: Path, stream: int) -> None:
    run(stream, 25, tmp_path, {"zhengzhou": zhengzhou})
