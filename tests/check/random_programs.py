#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Small programs at random, as scenarios: for the test that all ways of counting
their classes agree.  random_programs.py SEED COUNT prints C."""
import random
import sys

READ = ['TARRY_RELAXED', 'TARRY_ACQUIRE', 'TARRY_SEQ_CST']
WRITE = ['TARRY_RELAXED', 'TARRY_RELEASE', 'TARRY_SEQ_CST']
BOTH = ['TARRY_RELAXED', 'TARRY_ACQ_REL', 'TARRY_SEQ_CST']


def load(v):
    return '(void)tarry_load(&s.%s, %s);' % (v, random.choice(READ))


def locked(v):
    inner = random.choice(['tarry_store(&s.%s, 3, TARRY_RELAXED);' % v,
                           '(void)tarry_load(&s.%s, TARRY_RELAXED);' % v, ''])
    lock = random.choice('lm')
    return ('tarry_port_lock(&s.%s); %s tarry_port_unlock(&s.%s);'
            % (lock, inner, lock))


def tried(v):
    lock = random.choice('lm')
    return ('if (check_trylock(&s.%s)) { tarry_store(&s.%s, 5, TARRY_RELAXED);'
            ' tarry_port_unlock(&s.%s); }' % (lock, v, lock))


def section(v):
    return ('tarry_port_read_begin(); (void)tarry_load(&s.%s, TARRY_RELAXED);'
            ' (void)tarry_load(&s.%s, TARRY_RELAXED); tarry_port_read_end();'
            % (v, random.choice('xy')))


STEPS = [
    load, load,
    lambda v: 'tarry_store(&s.%s, %d, %s);' % (
        v, random.randint(1, 2), random.choice(WRITE)),
    lambda v: 'tarry_store(&s.%s, 1, %s);' % (v, random.choice(WRITE)),
    lambda v: '(void)tarry_exchange(&s.%s, %d, %s);' % (
        v, random.randint(1, 3), random.choice(BOTH)),
    lambda v: '(void)tarry_fetch_add(&s.%s, 1, TARRY_RELAXED);' % v,
    lambda v: '(void)tarry_fetch_or(&s.%s, 4, TARRY_ACQ_REL);' % v,
    lambda v: '{ uint64_t e = %d; (void)tarry_cas(&s.%s, &e, %d, '
              'TARRY_ACQ_REL); }' % (
                  random.randint(0, 2), v, random.randint(1, 3)),
    lambda v: 'tarry_fence(%s);' % random.choice(
        ['TARRY_ACQUIRE', 'TARRY_RELEASE', 'TARRY_SEQ_CST']),
    locked, tried, section,
    lambda v: 'tarry_store(&s.%s, 6, TARRY_RELAXED); '
              'tarry_port_synchronize();' % v,
    lambda v: '(void)tarry_await(&s.%s, CHECK_GE, 0, TARRY_RELAXED);' % v,
    lambda v: 'tarry_store(&s.%s, check_choose(2), TARRY_RELAXED);' % v,
    lambda v: 'check_defer(later, &s.%s);' % v,
]


def main():
    random.seed(int(sys.argv[1]))
    print('#include "check.h"\n'
          'static struct { uint64_t x, y; struct tarry_port_lock l, m; } s;\n'
          'static __attribute__((unused)) void later(void *p)\n'
          '{ tarry_store((uint64_t *)p, 7, TARRY_RELAXED); }')
    for k in range(int(sys.argv[2])):
        threads = random.choice([2, 2, 3, 3, 3])
        for t in range(threads):
            steps = random.randint(1, 4 if threads == 2 else 3)
            body = ' '.join(random.choice(STEPS)(random.choice('xy'))
                            for _ in range(steps))
            print('static void t%d_%d(void) { %s }' % (k, t, body))
        print('CHECK_SCENARIO(random_%d, .shared = CHECK_OBJECT(s), '
              '.threads = {%s})' % (k, ', '.join(
                  '{"t%d", t%d_%d}' % (t, k, t) for t in range(threads))))


main()
