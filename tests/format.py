#!/usr/bin/env python3
"""Every C file is as .clang-format says: `clang-format -i FILE...` makes it so.

Versions of clang-format differ in what they make of the same rules; the one of Debian 12 counts.
"""
import re
import shutil
import subprocess
import sys

import tree

VERSION = 14


def version_of(program):
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"version (\d+)\.", said)
    return int(found.group(1)) if found else 0


def formatter():
    """The program to use; ends the test when there is none that counts."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        program = shutil.which(name)
        if program and version_of(program) == VERSION:
            return program
    print(f"clang-format {VERSION} is not here, and others format otherwise")
    sys.exit(77)


def faults_of(program, paths, text=None):
    run = subprocess.run([program, "--style=file", "--dry-run", "-ferror-limit=3", *paths],
                         cwd=tree.ROOT, input=text, capture_output=True, text=True)
    faults = [line for line in run.stderr.splitlines() if "clang-format-violations" in line]
    return faults or ([run.stderr] if run.returncode else [])


def main():
    program = formatter()
    paths = [path for path, _ in tree.files((".c", ".h"))]
    faults = faults_of(program, paths)
    if not faults_of(program, ["--assume-filename=aws/x.c"], "int  x;\n"):
        faults.append("the format check no longer sees what it should")
    tree.finish(faults, len(paths))


main()
