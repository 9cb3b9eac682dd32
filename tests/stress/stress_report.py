#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The report: text, page, interrupt, disks that are full."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time

import stress_program as stress

tap = stress.Tap()

status, out, err = stress.run('--seconds', '1', '--seed', '9', '--progress')
tap.check(status == 0 and 'seed 9' in out and 'p99.9' in out and
          'violations 0' in out, 'the text', status, out, err)
tap.check('lookups/s' in err and 'waiting' in err, 'the progress line', err)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'page.html')
    status, out, err = stress.run('--seconds', '1', '--html', path)
    with open(path, encoding='utf-8') as f:
        page = f.read()
    tap.check(status == 0 and page.rstrip().endswith('</html>') and
              page.count('<svg') == page.count('</svg>') and
              page.count('<svg') >= 4, 'the page is whole', status, err)
    tap.check(not re.search(r'(src|href)=|url\(|@import', page),
              'the page needs nothing from elsewhere')
    tap.check(os.listdir(folder) == ['page.html'], 'nothing lies beside it',
              os.listdir(folder))
    missing = os.path.join(folder, 'no', 'page.html')
    status, out, err = stress.run('--seconds', '1', '--html', missing)
    tap.check(status == 1 and missing in err and 'violations 0' in out,
              'a folder that is not there: named, and the text is not lost',
              status, out, err)

status, out, err = stress.run('--seconds', '1', '--html', '/dev/full')
tap.check(status == 1 and '/dev/full' in err and 'No space' in err,
          'a full disk for the page', status, err)
with open('/dev/full', 'w', encoding='utf-8') as full:
    done = subprocess.run(stress.program() + ['--seconds', '1'], stdout=full,
                          stderr=subprocess.PIPE, text=True, timeout=100,
                          check=False)
tap.check(done.returncode == 1 and 'standard output' in done.stderr,
          'a full disk for the text', done.returncode, done.stderr)

began = time.monotonic()
child = subprocess.Popen(stress.program() + ['--json', '--seconds', '600'],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         text=True)
time.sleep(2)
child.send_signal(signal.SIGINT)
out = child.communicate(timeout=100)[0]
report = json.loads(out)
tap.check(child.returncode == 0 and report['violations']['total'] == 0 and
          report['pages_left'] == 0 and time.monotonic() - began < 60,
          'an interrupt ends it early, with a whole report',
          child.returncode, out)
tap.end()
