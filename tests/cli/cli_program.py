# SPDX-License-Identifier: MIT
"""Runs tarry and reports in TAP: what the tests of the command line share."""
import subprocess
import sys

sys.dont_write_bytecode = True

TARRY = sys.argv[1]


def run(*args, data=None, timeout=60, user=None):
    """(status, standard output, standard error), as bytes."""
    done = subprocess.run([TARRY] + [str(a) for a in args], input=data,
                          stdin=None if data is not None
                          else subprocess.DEVNULL,
                          capture_output=True, timeout=timeout, user=user)
    return done.returncode, done.stdout, done.stderr


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def check(self, ok, name, *details):
        self.n += 1
        self.bad += not ok
        print('%s %d - %s' % ('ok' if ok else 'not ok', self.n, name))
        if not ok:
            for detail in details:
                print('# %.500r' % (detail,))

    def skip(self, name, why):
        self.n += 1
        print('ok %d - %s # SKIP %s' % (self.n, name, why))

    def refused(self, name, status, words, *args, **how):
        """The run ends with @status, says nothing on standard output, and one
        line on standard error that holds each of @words."""
        got, out, err = run(*args, **how)
        said = err.decode(errors='replace')
        self.check(got == status and out == b'' and said.count('\n') == 1 and
                   said.startswith('tarry') and all(w in said for w in words),
                   name, got, out, said)

    def end(self):
        print('1..%d' % self.n)
        sys.exit(self.bad != 0)
