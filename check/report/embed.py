#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a C file of a text: embed.py INPUT OUTPUT NAME."""
import sys

path, out, name = sys.argv[1:4]
data = open(path, 'rb').read() + b'\0'
with open(out, 'w') as f:
    f.write('/* Made by embed.py. */\n#include "page.h"\n\n')
    f.write('const char %s[] = {\n' % name)
    for i in range(0, len(data), 16):
        f.write('\t%s,\n' % ', '.join(
            str(b if b < 128 else b - 256) for b in data[i:i + 16]))
    f.write('};\n')
