"""Proof files: read strictly, checked against the inputs without any solver."""

from __future__ import annotations

import gzip
import io
import json
import platform
import zlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .. import __version__
from ..domain.plan import InputFile
from ..errors import Collector, Finding, InputError
from ..i18n import _
from ..io.atomic import sha256_file
from ..io.jsonfile import parse_json
from ..io.load import Inputs
from ..io.places import Layer, Places, shown
from ..io.pydantic_findings import findings_of
from ..io.source import read_bytes
from ..problem import Problem, build_problem
from ..scoring import score
from ..screening import Facts, screen
from .document import PROOF_VERSION, ProofDocument, proof_of
from .system import System
from .tree import Proof, Refuted, check

#: larger proof files are refused, unpacked ones too
MAX_BYTES = 1_000_000_000


def proof_bytes(data: ProofDocument, name: str) -> bytes:
    """Return a proof document as the bytes of a file of this name: JSON, packed where the name ends in ``.gz``."""
    text = json.dumps(data.model_dump(mode="json", exclude_defaults=True) | {"proof_version": PROOF_VERSION}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    raw = (text + "\n").encode("utf-8")
    return gzip.compress(raw, mtime=0) if name.endswith(".gz") else raw


def read_proof(path: str | Path) -> ProofDocument:
    """Read a proof file.

    Raises
    ------
    InputError
        For a file that cannot be read, is no JSON, has another `proof_version`, or does not fit the schema.
    """
    collector = Collector()
    file = str(path)
    raw = read_bytes(path, collector, MAX_BYTES)
    if raw is not None and raw[:2] == b"\x1f\x8b":
        raw = _unpacked(raw, file, collector)
    data = None if raw is None else parse_json(raw, file, collector, _("a proof file in JSON"))
    found = None if data is None else _validated(data, file, collector)
    collector.raise_errors()
    if found is None:  # pragma: no cover - every None above adds an error
        raise InputError(collector.findings)
    return found


def _unpacked(raw: bytes, file: str, collector: Collector) -> bytes | None:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            out = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as err:
        collector.add(Finding("file_unreadable", file=file, value=str(err)[:80], expected=_("a proof file in JSON")))
        return None
    if len(out) > MAX_BYTES:
        collector.add(Finding("file_too_large", file=file, expected=_("at most {mb} MB").format(mb=MAX_BYTES // 1_000_000)))
        return None
    return out


def _validated(data: Any, file: str, collector: Collector) -> ProofDocument | None:
    places = Places()
    places.state((), Layer(Path(file).name, file))
    if not isinstance(data, dict):
        collector.add(places.finding("not_a_mapping", (), expected=_("a proof: a JSON object with the key proof_version")))
        return None
    version = data.get("proof_version")
    if version != PROOF_VERSION or isinstance(version, bool) or not isinstance(version, int):
        expected = _("version {version} of the proof's schema").format(version=PROOF_VERSION)
        value = shown(version) if "proof_version" in data else ""
        collector.add(places.finding("proof_version", ("proof_version",), value=value, expected=expected))
        return None
    try:
        return ProofDocument.model_validate(data)
    except ValidationError as error:
        collector.findings.extend(findings_of(error, ProofDocument, data, places))
        return None


def problem_of(inputs: Inputs) -> Problem:
    """Return the tables of a scenario: screened and scored again; no solver is loaded.

    Raises
    ------
    InputError, InfeasibleError
        See `problem.build_problem`.
    """
    facts = Facts(inputs.policy, inputs.library)
    screened = screen(inputs.policy, inputs.library, inputs.scenario.plan_year, facts)
    scoring = score(inputs.policy, inputs.library, inputs.scenario, facts)
    return build_problem(inputs.policy, inputs.library, inputs.scenario, screened, scoring, facts)


def hashed(inputs: Inputs) -> tuple[InputFile, ...]:
    """Return every input file with the hash of its bytes."""
    return tuple(InputFile(role=role, path=str(Path(path).resolve()), sha256=sha256_file(path)) for role, path in inputs.files)


def versions() -> dict[str, str]:
    """Return the versions of what looks for proofs."""
    return {"renewal_opt": __version__, "python": platform.python_version()} | {p: version(p) for p in ("highspy", "numpy")}


def check_document(
    data: ProofDocument, system: System, inputs: Sequence[InputFile], overrides: Mapping[str, Any]
) -> tuple[Proof, Fraction | None]:
    """Check a proof against the exact rows of the inputs; return it and the bound that it proves (None: infeasible).

    Parameters
    ----------
    data : ProofDocument
    system : System
        Rebuilt from the inputs.
    inputs : sequence of InputFile
        The inputs with their hashes, as the plan names them.
    overrides : mapping
        Policy values changed on the command line, as they stand in the plan's options.

    Raises
    ------
    Refuted
        Where it speaks of other inputs, or does not prove what it claims.
    """
    mine, theirs = sorted((i.role, i.sha256) for i in inputs), sorted((i.role, i.sha256) for i in data.inputs)
    if mine != theirs:
        raise Refuted("other_inputs", files=", ".join(sorted(i.path for i in data.inputs if (i.role, i.sha256) not in mine)))
    if dict(overrides) != data.overrides:
        raise Refuted("other_overrides")
    proof = proof_of(data, system)
    return proof, check(system, proof)


def sentence(refuted: Refuted) -> str:
    """Return why a proof does not hold, in words."""
    words = {
        "other_inputs": _("the proof was made for other inputs: {files}"),
        "other_overrides": _("the proof was made with other changes on the command line"),
        "unknown_name": _("the proof names a {kind} that these inputs do not give: {name}"),
        "bad_rows": _("a list of multipliers does not fit its rows"),
        "bad_column": _("node {node} branches on no column"),
        "no_target": _("the proof states no bound"),
        "no_certificate": _("node {node} has no multipliers that exist"),
        "bad_fix": _("node {node} drops values without a bound"),
        "open_leaf": _("the multipliers of leaf {node} do not close it"),
        "loose_node": _("node {node} hangs on nothing"),
        "missing_branch": _("the tree misses branches: {boxes}"),
        "claim": _("the proof claims {claim} and proves {proven}"),
    }
    values = {k: str(v) for k, v in refuted.values.items()}
    if refuted.code == "unknown_name":
        values["kind"] = {"row": _("row"), "column": _("column")}[values["kind"]]
    return words[refuted.code].format(**values)
