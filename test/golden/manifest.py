"""Writes manifest.json: the versions that the stored outputs come from, and the sha256 of every file."""
import hashlib
import json

from case import HERE

# Text that people write; everything else here was made.
WRITTEN = (".md", ".ts", ".sh", ".pyc")


def main():
    paths = sorted(path for path in HERE.rglob("*") if path.is_file() and path.suffix not in WRITTEN and path.name != "manifest.json")
    indexes = {path.stem: json.loads(path.read_text()) for path in paths if path.parent == HERE and path.suffix == ".json"}
    manifest = {
        "versions": {
            **{name: index["versions"] for name, index in indexes.items()},
            **{path.parent.name: json.loads(path.read_text()) for path in paths if path.name == "versions.json"},
        },
        "cases": {name: len(index["cases"]) for name, index in indexes.items()},
        "sha256": {path.relative_to(HERE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths},
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    size = sum(path.stat().st_size for path in paths)
    print(f"manifest: {len(paths)} files, {size // 1024} KB")


main()
