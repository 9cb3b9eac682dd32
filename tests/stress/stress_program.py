# SPDX-License-Identifier: MIT
"""tarry stress as its tests run it, and their TAP."""
import json
import subprocess
import sys

sys.dont_write_bytecode = True

FORMATS = ['x86_64-4', 'x86_64-5']


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def check(self, right, title, *why):
        self.n += 1
        print('%s %d - %s' % ('ok' if right else 'not ok', self.n, title))
        if not right:
            self.failed += 1
            for text in why:
                for line in str(text).split('\n'):
                    print('# ' + line)
        sys.stdout.flush()

    def end(self):
        print('1..%d' % self.n)
        sys.exit(1 if self.failed else 0)


def program():
    return [sys.argv[1], 'stress']


def formats():
    """The name of every format there is"""
    done = subprocess.run([sys.argv[1], 'formats', '--json'], text=True,
                          stdout=subprocess.PIPE, timeout=60, check=True)
    return [f['name'] for f in json.loads(done.stdout)]


def run(*args, **how):
    """(status, standard output, standard error)"""
    done = subprocess.run(program() + list(args), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=200, check=False,
                          **how)
    return done.returncode, done.stdout, done.stderr


def run_json(*args):
    """(status, report or None, standard error)"""
    status, out, err = run('--json', *args)
    try:
        return status, json.loads(out), err
    except ValueError:
        return status, None, err
