"""Notes, beside the files that a generator wrote, which versions wrote them."""
import json
import platform
from pathlib import Path


def record(folder: Path, what: str, **versions: str) -> None:
    path = folder / "versions.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known[what] = {**versions, "python": platform.python_version()}
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
