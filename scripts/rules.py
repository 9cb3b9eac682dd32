# SPDX-License-Identifier: MIT
"""The slugs of docs/rules.md: the first cell of each row of its tables.

Rows below a heading that begins with "Later" name rules that nothing here
reaches yet: known, so that headers may cite them, but not demanded."""
import os
import re

SLUG = re.compile(r'[a-z]+(?:-[a-z]+)+')


def slugs(root):
    """[(slug, line, later)] in the order of the document."""
    found, later = [], False
    path = os.path.join(root, 'docs', 'rules.md')
    if not os.path.exists(path):
        return found
    with open(path, encoding='utf-8') as f:
        for i, line in enumerate(f, 1):
            if line.startswith('#'):
                later = line.lstrip('# ').lower().startswith('later')
            match = re.match(r'\|\s*`?([a-z]+(?:-[a-z]+)+)`?\s*\|', line)
            if match:
                found.append((match.group(1), i, later))
    return found
