#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs without sabotage: no violation, nothing left, and every kind of change
and of lookup has really happened."""
import stress_program as stress

RUNS = [(seed, fmt, []) for seed, fmt in
        [(1, 'x86_64-4'), (2, 'riscv64-sv39'), (3, 'arm64-64k-52')]]
RUNS += [
    (4, 'x86_64-5', ['--no-reclaim']),
    (5, 'x86_64-4', ['--fail-alloc', '20']),
    (6, 'x86_64-4', ['--limit', '64M', '--readers', '1', '--writers', '6']),
    (7, 's390x-2', ['--readers', '0']),
    (8, 'x86_64-4', ['--mix', 'unmap=100,fault=100,map-large=40']),
    (9, 'powerpc64-64k', ['--policy', 'sticky', '--companions']),
    (11, 's390x-4', ['--policy', 'whole']),
    (10, 's390x-5', ['--no-reclaim']),
    (12, 'x86_64-4', ['--listeners', '--mix', 'settle=20']),
]

tap = stress.Tap()
done, asked, without_memory = {}, {}, 0
cached = told = no_answer = 0
for seed, fmt, more in RUNS:
    title = 'seed %d, %s %s' % (seed, fmt, ' '.join(more))
    status, report, err = stress.run_json(
        '--seconds', '2', '--seed', str(seed), '--format', fmt, *more)
    tap.check(status == 0 and report is not None and
              report['violations']['total'] == 0 and
              report['policy'] == (more[1] if more[:1] == ['--policy']
                                   else 'recycle') and
              report['pages_left'] == 0 and
              report['pool']['at_end']['table_bytes'] == 0 and
              report['pool']['at_end']['kept_bytes'] == 0 and
              report['pool']['at_end']['lost_bytes'] == 0 and
              report['caches']['listen'] == ('--listeners' in more) and
              report['pool']['at_end']['waiting_tables'] == 0,
              title, status, err, report and report['violations'])
    if not report:
        continue
    for name, change in report['changes'].items():
        done[name] = done.get(name, 0) + change['done']
    for name, n in report['lookups']['by_kind'].items():
        asked[name] = asked.get(name, 0) + n
    cached += report['caches']['without_a_walk']
    told += report['caches']['told']
    no_answer += report['caches']['no_answer']
    without_memory += report['changes_without_memory']
for name, n in sorted(done.items()):
    tap.check(n > 0, 'some %s was done' % name)
for name, n in sorted(asked.items()):
    tap.check(n > 0, 'some %s was asked' % name)
tap.check(cached > 0 and told > 0, 'caches answered, and were told')
tap.check(no_answer > 0, 'some change was not answered')
# Only changes that want tables can find none: a slow build needs longer.
for seconds in '4', '16', '64':
    if without_memory:
        break
    _, report, _ = stress.run_json('--seconds', seconds, '--seed', '5',
                                   '--fail-alloc', '3')
    without_memory += report['changes_without_memory'] if report else 0
tap.check(without_memory > 0, 'some change found no memory')
tap.end()
