#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The errors that the headers document are those that the tests observe.

Usage: documented_check.py documented_errors.c PROGRAM...

Runs each program with TARRY_OBSERVED naming a file, to which every observed
error is appended; that no other error is observed is asserted by the programs
themselves."""
import os
import re
import subprocess
import sys
import tempfile


def main(table, programs):
    with open(table, encoding='utf-8') as f:
        wanted = set(re.findall(r'\{"(\w+)", (TARRY_E\w+)\}', f.read()))
    with tempfile.NamedTemporaryFile('r', suffix='.observed') as seen:
        env = dict(os.environ, TARRY_OBSERVED=seen.name)
        for program in programs:
            subprocess.run([program], env=env, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
        observed = {tuple(line.split()) for line in seen}
    missing = sorted(wanted - observed)
    print('1..1')
    for fn, err in missing:
        print('# %s() documents %s; no test has seen it' % (fn, err))
    print('%s 1 - %d documented errors are observed' %
          ('not ok' if missing else 'ok', len(wanted)))


main(sys.argv[1], sys.argv[2:])
