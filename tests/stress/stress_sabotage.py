#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A verifier that cannot fail verifies nothing: each kind of sabotage ends
with status 1, and with a violation that names it."""
import stress_program as stress

KINDS = {
    'early-release': ['use-after-release'],
    'no-grace': ['use-after-release', 'stale-tlb'],
    'wrong-oa': ['wrong-page'],
    'wrong-rights': ['wrong-rights'],
    'through-empty': ['lost-mapping'],
    'stale-tlb': ['stale-tlb'],
    'stale-cache': ['stale-tlb'],
    'leak': ['left-over'],
}

NEEDS = {'stale-cache': ['--listeners']}

tap = stress.Tap()
status, out, _ = stress.run('--help')
listed = out.partition('Kinds of sabotage:')[2].split('\n')[1:]
listed = [line.split()[0] for line in listed if line.strip()]
tap.check(sorted(listed) == sorted(KINDS), 'every kind is tried here', listed)
for i, (kind, expected) in enumerate(KINDS.items()):
    # Some need a reader at the right moment: a few attempts.
    for attempt in range(3):
        status, report, err = stress.run_json(
            '--seconds', str(1 + attempt), '--seed', str(100 + attempt),
            '--format', stress.FORMATS[i % 2], '--sabotage', kind,
            *NEEDS.get(kind, []))
        found = report['violations']['by_kind'] if report else {}
        if status == 1 and any(k in found for k in expected):
            break
    tap.check(status == 1 and any(k in found for k in expected), kind,
              status, err, found)
    described = report['violations']['described'] if report else []
    tap.check(described and all('expected' in d['sentence'] or
                                d['kind'] == 'bad-reference'
                                for d in described),
              kind + ': each description says what was expected', described)
tap.end()
