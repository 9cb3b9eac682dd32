#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the errors that public headers document as a C table.

Usage: documented_errors.py HEADER... > documented_errors.c

Reads the Return field of each docstring: from "Return:" to the end of the
comment.  A docstring without one is an error.
"""
import re
import sys

DOCSTRING = re.compile(r"/\*\*\n \* (\w+)\(\) - (.*?)\*/", re.S)
RETURN = re.compile(r"^ \* Return:(.*)", re.S | re.M)


def main(paths):
    pairs = []
    for path in paths:
        with open(path, encoding="utf-8") as header:
            text = header.read()
        for name, body in DOCSTRING.findall(text):
            field = RETURN.search(body)
            if not field:
                sys.exit(f"{path}: {name}() has no Return field")
            for err in dict.fromkeys(re.findall(r"TARRY_E\w+", field[1])):
                pairs.append((name, err))
    print("/* Made by documented_errors.py. */")
    print('#include "tarry/error.h"')
    print('#include "documented.h"')
    print("const struct documented_error documented_errors[] = {")
    for name, err in pairs:
        print(f'\t{{"{name}", {err}}},')
    print("\t{0, 0},\n};")


main(sys.argv[1:])
