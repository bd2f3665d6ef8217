#!/usr/bin/env python3
"""What a machine can say about style: no long file, no wide line, nothing left unfinished."""
import re

import tree

MAX_LINES = 900
MAX_COLUMNS = {True: 100, False: 110}  # C and its lists; the rest
WORDS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
UNFINISHED = re.compile(r"\b(" + "|".join(WORDS) + r")\b")


def faults_of(path, lines):
    code = path.endswith((".c", ".h", ".def"))
    if len(lines) - 1 > MAX_LINES:
        yield f"{path}: {len(lines) - 1} lines, at most {MAX_LINES}"
    if lines[-1] != "":
        yield f"{path}: does not end with a newline"
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS[code] and "https://" not in line:
            yield f"{path}:{number}: {len(line)} columns, at most {MAX_COLUMNS[code]}"
        if "\t" in line and code:
            yield f"{path}:{number}: a tab"
        if line != line.rstrip():
            yield f"{path}:{number}: white space at the end"
        if UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished by its own words"


def main():
    faults, count = [], 0
    for path, lines in tree.files((".c", ".h", ".def", ".py", ".sh")):
        count += 1
        faults += faults_of(path, lines)
    wrong = ["x" * (MAX_COLUMNS[True] + 1), "\tx", "x ", "TO" + "DO"] + [""] * MAX_LINES + ["end"]
    if len(list(faults_of("x.c", wrong))) != 6:
        faults.append("the style check no longer sees what it should")
    tree.finish(faults, count)


main()
