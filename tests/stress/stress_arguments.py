#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bad arguments and bad input: status 2, one line that names what is wrong,
nothing on standard output, no space built."""
import os
import tempfile

import stress_program as stress

CHANGES = stress.run('--help')[1].partition('Changes and their weights:')[2]
CHANGES = [line.split()[0] for line in
           CHANGES.partition('\n\n')[0].split('\n') if line.strip()]


def only(*names):
    return ','.join('%s=%d' % (c, c in names) for c in CHANGES)


BAD = [
    (['--format', 'vax'], ['--format', 'vax'] + stress.formats()),
    (['--policy', 'recycl'], ['--policy recycl', 'recycle', 'sticky', 'whole']),
    (['--policy', ''], ['--policy', 'recycle', 'sticky', 'whole']),
    (['--seconds', '0'], ['--seconds 0']),
    (['--seconds', '-3'], ['--seconds -3']),
    (['--seconds', 'nan'], ['--seconds nan']),
    (['--seconds', '1e99'], ['--seconds 1e99']),
    (['--seconds', '5s'], ['--seconds 5s']),
    (['--seconds'], ['--seconds', 'value']),
    (['--readers', '257'], ['--readers 257']),
    (['--writers', '-1'], ['--writers -1']),
    (['--readers', 'two'], ['--readers two']),
    (['--readers', '0', '--writers', '0'], ['--readers', '--writers']),
    (['--readers', '200', '--writers', '100'], ['--readers', '256']),
    (['--pages', '0'], ['--pages 0']),
    (['--pages', '99999999999999999999'], ['--pages']),
    (['--seed', 'abc'], ['--seed abc']),
    (['--limit', '0'], ['--limit 0']),
    (['--limit', '5Q'], ['--limit 5Q']),
    (['--limit', '99999999999G'], ['--limit']),
    (['--fail-alloc', '0'], ['--fail-alloc 0']),
    (['--mix', 'dance=3'], ['--mix dance']),
    (['--mix', 'map'], ['--mix map']),
    (['--mix', 'map=many'], ['--mix map']),
    (['--sabotage', 'everything'], ['--sabotage everything']),
    (['--sabotage', 'stale-cache'], ['stale-cache', '--listeners']),
    (['--listeners', '--readers', '0'], ['--listeners', '--readers 0']),
    (['--listeners=5'], ['--listeners=5']),
    (['--mix', only('settle')], ['settle', '--listeners']),
    (['--mix', only('companion')], ['companion', '--companions']),
    (['--mix', only('settle', 'companion')], ['--mix', 'without']),
    (['--frobnicate'], ['--frobnicate']),
    (['1', '2'], ['2']),
    (['999999999'], ['999999999']),
    (['/no/such/file'], ['/no/such/file']),
]

tap = stress.Tap()
for args, words in BAD:
    status, out, err = stress.run(*args)
    tap.check(status == 2 and out == '' and err.count('\n') == 1 and
              all(w in err for w in words), ' '.join(args), status, out, err)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'noise')
    with open(path, 'wb') as f:
        f.write(bytes(range(256)) * 64)
    status, out, err = stress.run(path)
    tap.check(status == 2 and out == '' and path in err and
              err.count('\n') == 1, 'a binary file', status, out, err)
    with open(path, 'wb'):
        pass
    status, out, err = stress.run(path)
    tap.check(status == 2 and out == '' and path in err and
              err.count('\n') == 1, 'an empty file', status, out, err)
tap.end()
