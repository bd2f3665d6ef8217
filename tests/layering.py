#!/usr/bin/env python3
"""Reads every #include and fails on an arrow between rooms that runs back.

tui -> stack -> aws and tui -> widgets; widgets and aws never meet. A room reaches another one only
through its public headers in include/. The simulator stands on aws/base and aws/doc alone, so that
it can check the client's work with its own.
"""
import os
import re

import tree

# A place, and the places it may include from. Public headers belong to the place they speak for.
ARROWS = {
    "aws/base": {"aws/base"},
    "aws/doc": {"aws/base", "aws/doc"},
    "aws/io": {"aws/base", "aws/io"},
    "aws/auth": {"aws/base", "aws/doc", "aws/io", "aws/auth"},
    "aws/client": {"aws/base", "aws/doc", "aws/io", "aws/auth", "aws/client"},
    "aws/api": {"aws/base", "aws/doc", "aws/io", "aws/auth", "aws/client", "aws/api"},
    "aws/identity": {"aws/base", "aws/doc", "aws/io", "aws/auth", "aws/client", "aws/api",
                     "aws/identity"},
    "stack": {"aws/base", "aws/doc", "aws/io", "aws/auth", "aws/client", "aws/api", "aws/identity",
              "stack"},
    "widgets": {"widgets"},
    "tui": {"aws/base", "aws/doc", "aws/io", "aws/auth", "aws/client", "aws/api", "aws/identity",
            "stack", "widgets", "tui"},
    "sim": {"aws/base", "aws/doc", "sim"},
}

# A library, and the only places that may know it.
LIBRARIES = (
    (r"curl/", {"aws/io"}),
    (r"(n?cursesw?|term|panel|menu|form)\.h|ncursesw?/", {"widgets", "tui"}),
    (r"microhttpd\.h|gnutls/", {"sim"}),
    (r"expat\.h", {"aws/doc"}),
    (r"openssl/ssl\.h", {"aws/io"}),
    (r"openssl/x509v3\.h", {"aws/io", "sim"}),
    (r"openssl/(?!ssl\.h|x509v3\.h)", {"aws/base", "aws/auth", "aws/identity", "sim"}),
    (r"libconfig\.h", {"stack", "tui", "sim"}),
)

FOLDERS = ("include", "aws", "stack", "widgets", "tui", "sim")
FORBIDDEN = (
    ("widgets/x.c", '"', "aws/base.h"),
    ("aws/base/x.c", '"', "aws/io.h"),
    ("sim/x.c", '"', "aws/auth.h"),
    ("stack/x.c", "<", "curses.h"),
    ("tui/x.c", "<", "curl/curl.h"),
    ("aws/doc/x.c", '"', "no/such.h"),
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def place(path):
    """aws/io/loop.c, include/aws/io.h -> aws/io; tui/main.c -> tui; tests have no place."""
    parts = path.split("/")
    if parts[0] == "include":
        parts = parts[1:]
    if parts[0] == "aws":
        return "aws/" + re.sub(r"(_.*)?\.[ch]$", "", parts[1])
    return parts[0] if parts[0] in ARROWS else None


def resolve(source, name):
    """The file an #include "name" of source means: beside it, public, or from the root."""
    here = os.path.normpath(os.path.join(os.path.dirname(source), name))
    for candidate in (here, "include/" + name, name):
        if os.path.isfile(os.path.join(tree.ROOT, candidate)):
            return candidate
    return None


def check(source, kind, name):
    home = place(source)
    if home not in ARROWS:
        return f"no such place: {home}" if home else None
    if kind == "<":
        for pattern, places in LIBRARIES:
            if re.match(pattern, name) and home not in places:
                return f"<{name}> belongs to {', '.join(sorted(places))}"
        return None
    if name == "config.h":
        return None
    target = resolve(source, name)
    if not target:
        return f'"{name}" is not in the tree'
    there = place(target)
    if there not in ARROWS[home]:
        return f'"{name}": no arrow runs from {home} to {there or target.split("/")[0]}'
    if there.split("/")[0] != home.split("/")[0] and not target.startswith("include/"):
        return f'"{name}": a private header of {there}'
    return None


def main():
    faults, count = [], 0
    for path, lines in tree.files((".c", ".h"), FOLDERS):
        count += 1
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            fault = match and check(path, *match.groups())
            if fault:
                faults.append(f"{path}:{number}: {fault}")
    # The reading is tried on arrows that must not pass, so that it cannot rot into accepting all.
    for source, kind, name in FORBIDDEN:
        if not check(source, kind, name):
            faults.append(f"{source} may include {name}, but must not")
    tree.finish(faults, count)


main()
