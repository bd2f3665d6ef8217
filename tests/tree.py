"""The source files of the tree, for the tests that read them rather than run them."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("CAWSOLE_SRCDIR") or os.path.dirname(HERE)
ROOMS = ("include", "aws", "stack", "widgets", "tui", "sim", "tests", "man", "doc")


def files(suffixes, folders=ROOMS):
    """Yields (path from the root, list of lines), sorted by path."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(os.path.join(ROOT, folder)):
            below[:] = [d for d in below if d != "__pycache__"]
            found += [os.path.join(where, n) for n in names if n.endswith(suffixes)]
    for path in sorted(found):
        with open(path, encoding="utf-8") as handle:
            yield os.path.relpath(path, ROOT), handle.read().split("\n")


def finish(faults, count):
    """Prints the faults and ends with the verdict; a run that read nothing is a fault itself."""
    for fault in faults:
        print(fault)
    if not count:
        print("no source file was found below", ROOT)
    print(f"{count} files, {len(faults)} faults")
    sys.exit(1 if faults or not count else 0)
