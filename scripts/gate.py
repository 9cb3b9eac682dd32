# SPDX-License-Identifier: MIT
"""What the gates written in Python share: how they are called, how they
report, and how each proves that it can fail.

A gate has check(root) -> list of (path, line, what) and BAD: trees of one or
two small files, each with words that the gate's report on it must contain.
A gate that would pass on a bad tree passes on everything.
"""
import os
import sys
import tempfile


def repository():
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        return f.read()


def files(root, room, endings=('.c', '.h')):
    """Paths below a room, relative to the root, in order."""
    found = []
    for folder, folders, names in os.walk(os.path.join(root, room)):
        folders.sort()
        for name in sorted(names):
            if name.endswith(endings):
                path = os.path.join(folder, name)
                found.append(os.path.relpath(path, root))
    return found


def self_test(check, good, bad):
    failed = 0
    for title, tree, words in [('a good tree', good, None)] + bad:
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**good, **tree}.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)),
                            exist_ok=True)
                with open(os.path.join(root, path), 'w',
                          encoding='utf-8') as f:
                    f.write(text)
            report = ['%s:%d: %s' % p for p in check(root)]
        if words is None:
            right = not report
        else:
            right = any(words in line for line in report)
        print('%s - %s' % ('ok' if right else 'not ok', title))
        if not right:
            failed += 1
            print('# wanted: %s' % (words or 'no complaint'))
            for line in report:
                print('# got: ' + line)
    print('1..%d' % (len(bad) + 1))
    return 1 if failed else 0


def main(check, good, bad):
    if sys.argv[1:] == ['--self-test']:
        sys.exit(self_test(check, good, bad))
    root = sys.argv[1] if len(sys.argv) > 1 else repository()
    report = check(root)
    for path, line, what in report:
        print('%s:%d: %s' % (path, line, what))
    sys.exit(1 if report else 0)
