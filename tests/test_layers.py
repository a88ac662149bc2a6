"""The arrows of the architecture: imports point up the list only, and verify/ skips all between io and itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import renewal_opt

ROOT = Path(renewal_opt.__file__).parent
#: the layers in the order in which data flows; a layer may import itself and those before it
ORDER = ("domain", "io", "screening", "scoring", "problem", "text", "model", "solver", "workers", "pareto", "funding", "core", "allot", "verify", "analysis", "certify", "report", "cli")
#: modules that every layer may use
SHARED = ("errors", "i18n")


def imported(path: Path) -> set[str]:
    """Return the first-level modules of the package that a file imports."""
    parts = ("renewal_opt", *path.relative_to(ROOT).with_suffix("").parts)
    out: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names = [stem, *(f"{stem}.{a.name}" for a in node.names)]
        else:
            continue
        for name in names:
            pieces = name.split(".")
            if pieces[0] == "renewal_opt" and len(pieces) > 1:
                out.add(pieces[1])
    return out


def layer_files() -> list[tuple[str, Path]]:
    return [(p.relative_to(ROOT).parts[0], p) for p in sorted(ROOT.rglob("*.py")) if len(p.relative_to(ROOT).parts) > 1]


def test_every_folder_is_a_known_layer() -> None:
    folders = {layer for layer, _p in layer_files()} - {"bundled"}
    assert folders == set(ORDER)


@pytest.mark.parametrize("layer", ORDER)
def test_imports_point_up(layer: str) -> None:
    allowed = {*ORDER[: ORDER.index(layer) + 1], *SHARED, "__version__"}
    if layer == "verify":
        allowed = {"domain", "io", "verify", *SHARED}
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for where, path in layer_files()
        if where == layer
        for name in imported(path)
        if name in ORDER and name not in allowed
    }
    assert not wrong


@pytest.mark.parametrize("layer", ["screening", "scoring", "problem", "text", "model", "solver", "pareto", "funding", "core", "allot"])
def test_the_engine_knows_no_files_and_no_screen(layer: str) -> None:
    barred = {"io", "report", "cli"}
    wrong = {f"{path.relative_to(ROOT)} imports {name}" for where, path in layer_files() if where == layer for name in imported(path) & barred}
    assert not wrong
    for where, path in layer_files():
        if where == layer:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            roots = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
            roots |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level}
            assert not roots & {"pathlib", "click", "rich", "pandas", "xlsxwriter", "ruamel"}, path.name


def test_domain_does_no_input_and_output() -> None:
    barred = {"io", "pathlib", "pandas", "pyomo", "highspy", "os", "open"}
    for path in sorted((ROOT / "domain").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        roots = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        roots |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level}
        calls = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert not (roots | calls) & barred, path.name


def test_library_code_neither_prints_nor_exits() -> None:
    wrong: list[str] = []
    for layer, path in layer_files():
        if layer == "cli" or path.name == "xlsx_child.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                text = ast.unparse(node.func)
                if text in ("print", "sys.exit", "exit"):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {text}")
    assert not wrong


def test_no_file_has_grown() -> None:
    grown = {str(p.relative_to(ROOT)): n for _l, p in layer_files() if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400}
    assert not grown
