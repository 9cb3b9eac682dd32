#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of tarry-check, as TAP: run.py TARRY-CHECK SOURCE-ROOT GROUP."""
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CHECK, ROOT, GROUP = sys.argv[1:4]
HERE = os.path.join(ROOT, 'tests', 'check')
LINE = re.compile(r'^(ok  |FAIL) (\S+) \[(\w+)\]: (.*)$')
count = 0
failed = 0


def case(name, good, why=''):
    global count, failed
    count += 1
    failed += not good
    print('%s %d - %s' % ('ok' if good else 'not ok', count, name))
    for line in (why or '').strip().split('\n')[:40] if not good else []:
        print('# ' + line)
    sys.stdout.flush()


def run(*args, **more):
    return subprocess.run((CHECK,) + args, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors='replace',
                          timeout=900, **more)


def verdicts(out):
    """[(good, scenario, model, text)] of the lines of a run."""
    return [(m.group(1) == 'ok  ', m.group(2), m.group(3), m.group(4))
            for m in map(LINE.match, out.split('\n')) if m]


def explore(*args):
    """Every scenario is a case; at least one must be there."""
    got = run(*args)
    found = verdicts(got.stdout)
    for good, name, model, text in found:
        case('%s under %s: %s' % (name, model, text), good, got.stdout)
    case('%s: scenarios were explored, and the status says how it went'
         % ' '.join(args), found and got.returncode == 0
         and all(v[0] for v in found), got.stderr)


def classes(text):
    m = re.search(r'in all (\d+) classes', text)
    return int(m.group(1)) if m else None


def known_counts():
    path = os.path.join(HERE, 'counts.c')
    want = dict(re.findall(r'CHECK_SCENARIO\((\w+), \.about = "(\d+)"',
                           open(path).read()))
    small = [n for n in want if not n.startswith('shared')]
    for args in (['--model', 'all'], ['--graphs'], ['--naive']):
        if '--naive' in args:
            args = args + ['--limit', '300000']
        got = run('run', *args, path, *small)
        for _, name, model, text in verdicts(got.stdout):
            if 'CUT SHORT' in text:
                continue
            case('%s has %s classes under %s %s' % (
                name, want[name], model, args[0]),
                classes(text) == int(want[name]), text)


def random_programs():
    """Schedules, graphs and brute force count the same classes."""
    compared = 0
    for seed in (1, 2, 3):
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, 'random.c')
            with open(path, 'w') as f:
                subprocess.run([sys.executable,
                                os.path.join(HERE, 'random_programs.py'),
                                str(seed), '120'], stdout=f, check=True)
            by = {}
            for way in ('--naive', '--model', '--graphs'):
                args = [way] + (['sc'] if way == '--model' else [])
                if way == '--naive':
                    args += ['--limit', '60000']
                for _, name, _, text in verdicts(run('run', *args,
                                                     path).stdout):
                    by.setdefault(name, {})[way] = text
        wrong = []
        for name, ways in by.items():
            if any('CUT SHORT' in t for t in ways.values()):
                continue
            numbers = {classes(t) for t in ways.values()}
            compared += 1
            if len(ways) != 3 or len(numbers) != 1 or None in numbers:
                wrong.append('%s: %s' % (name, ways))
        case('random programs of seed %d: all three counts agree' % seed,
             by and not wrong, '\n'.join(wrong))
    case('more than 200 programs were compared', compared > 200,
         str(compared))


def scale():
    """However many explore, the counts and the counterexample are the same;
    nothing is lost when a search is cut and resumed, or a worker killed."""
    path = os.path.join(HERE, 'counts.c')
    with tempfile.TemporaryDirectory() as d:
        small = [path, 'shared_r5_w3']
        large = [path, 'shared_r6_w3']
        for jobs in ('1', '2', '4'):
            got = run('--model', 'rc11', '--jobs', jobs, *small)
            case('%s jobs count 16807 classes' % jobs,
                 'all 16807 classes' in got.stdout, got.stdout + got.stderr)
        tokens = {re.search(r"--replay '([^']+)'", run(
            '--model', 'rc11', '--jobs', jobs, '--weaken', 'whole-span',
            'rule_whole_span').stdout).group(1) for jobs in ('1', '2', '4')}
        case('all find the same counterexample first', len(tokens) == 1,
             str(tokens))
        saved = os.path.join(d, 'checkpoint')
        got = run('--model', 'rc11', '--jobs', '2', '--checkpoint', saved,
                  '--time', '1', *large)
        case('a search is cut, and says so', 'CUT SHORT' in got.stdout,
             got.stdout + got.stderr)
        damage(saved, large)
        got = run('--model', 'rc11', '--jobs', '2', '--resume', saved, *large)
        case('resumed, it counts 117649 classes',
             'all 117649 classes' in got.stdout, got.stdout + got.stderr)


def ranks():
    """By MPI: one, two and four ranks count the same, find the same first
    counterexample, and lose nothing when a rank is told to end."""
    mpirun = shutil.which('mpirun')
    if not mpirun:
        print('1..0 # SKIP mpirun is not there (openmpi-bin)')
        sys.exit(0)
    os.environ.update(OMPI_ALLOW_RUN_AS_ROOT='1',
                      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM='1')
    path = os.path.join(HERE, 'counts.c')

    def among(n, *args):
        return (mpirun, '--oversubscribe', '-n', str(n), CHECK,
                '--model', 'rc11') + args

    def ranked(n, *args):
        return subprocess.run(among(n, *args), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=300)

    tokens = set()
    for n in (1, 2, 4):
        got = ranked(n, path, 'shared_r5_w3')
        case('%d ranks count 16807 classes, and say it once' % n,
             got.stdout.count('all 16807 classes') == 1,
             got.stdout + got.stderr)
        got = ranked(n, '--weaken', 'whole-span', 'rule_whole_span')
        token = re.search(r"--replay '([^']+)'", got.stdout)
        case('%d ranks find the counterexample, and the status says so' % n,
             token and got.returncode == 1, got.stdout + got.stderr)
        tokens.add(token and token.group(1))
    case('all find the same counterexample first', len(tokens) == 1,
         str(tokens))
    job = subprocess.Popen(among(3, path, 'shared_r6_w3'),
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True)
    time.sleep(2.5)
    told = [p for p in children(job.pid) if rank_of(p) == '2'][:1]
    for pid in told:
        os.kill(pid, signal.SIGTERM)
    out, err = job.communicate(timeout=300)
    case('a rank that is told to end hands back what it has',
         told and 'all 117649 classes' in out, str(told) + out + err)
    got = ranked(2, path, 'no_such_scenario')
    case('a name that is not there is refused', got.returncode == 2
         and got.stderr.count('no scenario') >= 1, got.stderr)


def children(pid):
    path = '/proc/%d/task/%d/children' % (pid, pid)
    return [int(p) for p in open(path).read().split()]


def rank_of(pid):
    """Of the environment that mpirun gave it."""
    try:
        env = open('/proc/%d/environ' % pid, 'rb').read()
    except OSError:
        return None
    m = re.search(rb'OMPI_COMM_WORLD_RANK=(\d+)', env)
    return m.group(1).decode() if m else None


def damage(saved, program):
    """Each kind of damage is refused by its name."""
    good = open(saved, 'rb').read()
    for what, data, says in (
            ('cut', good[:len(good) // 2], 'it ends too early'),
            ('changed', good[:2000] + b'x' + good[2001:], 'check sum'),
            ('longer', good + b'x', 'more than there should be'),
            ('something else', b'x' * 1000, 'length is impossible')):
        open(saved + '.bad', 'wb').write(data)
        got = run('--model', 'rc11', '--resume', saved + '.bad',
                  *program)
        case('a checkpoint that is %s is refused' % what,
             got.returncode == 2 and says in got.stderr, got.stderr)
    got = run('--model', 'rc11', '--resume', saved, 'rule_one_load')
    case('a checkpoint of another scenario is refused',
         'another scenario' in got.stderr, got.stderr)
    got = run('--model', 'sc', '--resume', saved, *program)
    case('a checkpoint of another model is refused',
         'another memory model' in got.stderr, got.stderr)


def models():
    """What a model allows, a weaker one allows too; and under one model
    schedules and graphs count the same."""
    names = ['rule_*', 'z*_mended', 'pair_unmap__*', 'pair_collapse__*']
    by = {}
    spins = set()  # a loop goes round in schedules, and is cut in graphs
    for key, args in (('schedules', ['--model', 'sc']), ('sc', ['--graphs']),
                      ('tso', ['--model', 'tso']),
                      ('rc11', ['--model', 'rc11'])):
        found = verdicts(run('run', *args, *names).stdout)
        if key == 'schedules':
            found = [v for v in found if (classes(v[3]) or 0) <= 5000]
            names = [v[1] for v in found]
        for _, name, _, text in found:
            by.setdefault(name, {})[key] = classes(text)
            if key == 'sc' and ', 0 blocked' not in text:
                spins.add(name)
    for name, n in sorted(by.items()):
        case('%s: %s schedules, %s <= %s <= %s graphs' % (
            name, n.get('schedules'), n.get('sc'), n.get('tso'),
            n.get('rc11')),
            None not in n.values() and len(n) == 4
            and (n['schedules'] == n['sc'] or name in spins
                 and n['schedules'] > n['sc'])
            and n['sc'] <= n['tso'] <= n['rc11'])
    case('there are programs of both kinds', len(by) > 100, str(len(by)))
    many_fences()


MANY = '''
#include "check.h"
static struct { unsigned int x, y, a, b; } s;
static void fences(void)
{
	for (int i = 0; i < %d; i++)
		tarry_fence(TARRY_SEQ_CST);
}
static void left(void)
{
	fences();
	tarry_store(&s.x, 1, TARRY_RELAXED);
	tarry_fence(TARRY_SEQ_CST);
	s.a = tarry_load(&s.y, TARRY_RELAXED);
}
static void right(void)
{
	fences();
	tarry_store(&s.y, 1, TARRY_RELAXED);
	tarry_fence(TARRY_SEQ_CST);
	s.b = tarry_load(&s.x, TARRY_RELAXED);
}
static void finish(void)
{
	check_assert(s.a || s.b);
}
CHECK_SCENARIO(many, .about = "two fences after many", .models = CHECK_RC11,
	       .shared = CHECK_OBJECT(s), .finish = finish,
	       .threads = {{"left", left}, {"right", right}})
'''


def many_fences():
    """Whose fences RC11's order has no room for is told so."""
    note = 'more than 64 sequentially consistent events'
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'many.c')
        for each, clean in ((31, True), (32, False)):
            open(path, 'w').write(MANY % each)
            for args in ([], ['--jobs', '2']):
                got = run('--model', 'rc11', *args, path)
                case('%d fences: %s %s' % (
                    2 * each + 2, 'no note' if clean else 'a note',
                    ' '.join(args)),
                    (note not in got.stdout) == clean
                    and (got.returncode == 0) == clean,
                    got.stdout + got.stderr)


def matrix():
    """The scenarios of pairs, and the docs' tables, are what is generated."""
    pairs = os.path.join(ROOT, 'scripts', 'pairs')
    for what, args in (('the scenarios of pairs are', ['--check']),
                       ('the tables of the docs are', ['--current', CHECK])):
        got = subprocess.run([sys.executable, pairs] + args, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        case('%s what scripts/pairs writes' % what, got.returncode == 0,
             got.stdout)


def linear():
    """Histories of translate and changes have an order; broken ones none."""
    explore('--model', 'all', 'linear_*')
    got = run('--weaken', 'never-through-empty', 'linear_collapse')
    case('a mapping that shows as empty for an instant has no order',
         'no order of the calls' in got.stdout and got.returncode == 1,
         got.stdout + got.stderr)


def sabotage():
    got = run('sabotage')
    for line in got.stdout.split('\n'):
        if line[:5] in ('ok   ', 'FAIL '):
            case('broken on purpose: ' + line[5:], line.startswith('ok'))
    case('each rule that is broken is noticed', got.returncode == 0,
         got.stdout[-600:])


def zoo():
    got = run('zoo')
    for good, name, model, text in verdicts(got.stdout):
        case('%s under %s: %s' % (name, model, text), good, got.stdout)
    shown = run('zoo', '--show', 'z01_*')
    case('--show prints what was found, and how to see it again',
         'USE AFTER FREE' in shown.stdout and '--replay' in shown.stdout,
         shown.stdout + shown.stderr)
    case('the zoo is as documented', got.returncode == 0,
         got.stdout[-600:] + got.stderr)


def mutants():
    reviewed = os.path.join(ROOT, 'check', 'reviewed.txt')
    got = run('mutants', '--show', '--reviewed', reviewed)
    for line in got.stdout.split('\n'):
        m = re.match(r'^(killed|reviewed|SURVIVES|UNDECIDED|UNREACHED) +(.*)$', line)
        if m:
            case('mutant %s: %s' % (m.group(1), m.group(2)),
                 m.group(1) in ('killed', 'reviewed'))
    case(got.stdout.strip().split('\n')[-1], got.returncode == 0)
    n = re.search(r'^(\d+) mutants: (\d+) killed, (\d+) reviewed', got.stdout,
                  re.M)
    told = 'Of %s mutants,.* %s are killed, %s reviewed' % (
        n.groups() if n else ('?',) * 3)
    text = open(os.path.join(ROOT, 'docs', 'checking.md')).read()
    case('the guide says how many there are', re.search(told, text, re.S),
         got.stdout.strip().split('\n')[-1])
    case('no reason stands without a survivor', 'STALE' not in got.stdout)
    mutants_in_time(got.stdout)


def mutants_in_time(all_of_them):
    """A search that is cut decides nothing, and says at which scenario."""
    name = 'pair_unmap_all__idle'
    got = run('mutants', '--limit', '1', name)
    cut = re.findall(r'^UNDECIDED .* \(not within the time it has: (\w+), ',
                     got.stdout, re.M)
    case('mutants whose searches are cut are not decided',
         len(cut) > 0 and set(cut) == {name} and got.returncode == 1
         and 'SURVIVES' not in got.stdout, got.stdout + got.stderr)
    case('with their whole time, all are', ' 0 not decided, ' in all_of_them)


def guide():
    """The guide's own example is compiled and run, and says what it says."""
    text = open(os.path.join(ROOT, 'docs', 'checking.md')).read()
    blocks = re.findall(r'```c\n(.*?)```', text, re.S)
    case('the guide has a scenario in it', len(blocks) >= 1)
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'mine.c')
        open(path, 'w').write(blocks[0])
        got = run(path)
        case('the scenario of the guide is found broken',
             'use after free' in got.stdout and got.returncode == 1,
             got.stdout + got.stderr)
        case('it names the two accesses and the edge that is missing',
             'no happens-before' in got.stdout, got.stdout)
        mended = blocks[0]
        for old, new in re.findall(r'replace `([^`]+)` by `([^`]+)`', text):
            mended = mended.replace(old, new)
        open(path, 'w').write(mended)
        got = run(path)
        case('mended as the guide says, it is clean',
             mended != blocks[0] and got.returncode == 0
             and 'no violation in all' in got.stdout, got.stdout)


BROKEN = {
    'two_locks': ('deadlock', '''
static struct { struct tarry_port_lock a, b; } s;
static void x(void) { tarry_port_lock(&s.a); tarry_port_lock(&s.b);
 tarry_port_unlock(&s.b); tarry_port_unlock(&s.a); }
static void y(void) { tarry_port_lock(&s.b); tarry_port_lock(&s.a);
 tarry_port_unlock(&s.a); tarry_port_unlock(&s.b); }'''),
    'own_lock': ('deadlock', '''
static struct { struct tarry_port_lock a; } s;
static void x(void) { tarry_port_lock(&s.a); tarry_port_lock(&s.a); }
static void y(void) { }'''),
    'spins': ('no end', '''
static struct { volatile uint64_t a; } s;
static void x(void) { while (!s.a) ; }
static void y(void) { }'''),
    'events': ('no end', '''
static struct { uint64_t a; } s;
static void x(void) { for (;;) tarry_store(&s.a, 1, TARRY_RELAXED); }
static void y(void) { }'''),
    'null': ('wild access', '''
static struct { uint64_t *a; } s;
static void x(void) { *s.a = 1; }
static void y(void) { }'''),
    'strange': ('wild access', '''
static struct { uint64_t a; } s;
static uint64_t not_shared;
static void x(void) { tarry_store(&not_shared, 1, TARRY_RELAXED); }
static void y(void) { }'''),
    'hoards': ('no end', '''
static struct { uint64_t a; } s;
static void x(void) { for (;;) check_alloc(4096, "page"); }
static void y(void) { }'''),
    'waits_inside': ('misuse', '''
static struct { uint64_t a; } s;
static void x(void) { tarry_port_read_begin(); tarry_port_synchronize();
 tarry_port_read_end(); }
static void y(void) { }'''),
    'stays_inside': ('misuse', '''
static struct { uint64_t a; } s;
static void x(void) { tarry_port_read_begin(); }
static void y(void) { }'''),
    'twice': ('double free', '''
static struct { void *p; } s;
static void x(void) { void *p = check_alloc(16, "p"); check_free(p);
 check_free(p); }
static void y(void) { }'''),
    'torn': ('data race', '''
static struct { uint64_t a; } s;
static void x(void) { s.a++; }
static void y(void) { s.a++; }'''),
    'recurses': ('needs more stack', '''
static struct { uint64_t a; } s;
static int f(int n) { volatile char b[999]; b[n % 999] = 1;
 return n < 0 ? 0 : f(n + 1) + b[0]; }
static void x(void) { s.a = (uint64_t)f(0); }
static void y(void) { }'''),
    'wide_frame': ('needs more stack', '''
static struct { uint64_t a; } s;
static void x(void) { volatile char b[1 << 20]; b[s.a] = 1; s.a = b[1]; }
static void y(void) { }'''),
    'runs_off_its_stack': ('wild access', '''
static struct { uint64_t a; } s;
static void x(void) { volatile char l, *p = &l; for (;;) *--p = 1; }
static void y(void) { }'''),
    'others_stack': ('writes to the stack of x', '''
static struct { volatile uint64_t *a; } s;
static void x(void) { volatile uint64_t l = 0;
 tarry_store(&s.a, &l, TARRY_RELEASE);
 (void)tarry_await(&s.a, CHECK_EQ, 0, TARRY_ACQUIRE); }
static void y(void) { volatile uint64_t *p;
 p = (void *)(uintptr_t)tarry_await(&s.a, CHECK_NE, 0, TARRY_ACQUIRE);
 *p = 1; tarry_store(&s.a, NULL, TARRY_RELEASE); }'''),
    'not_its_own': ('not all memory of this scenario', '''
static struct { uint64_t a; } s;
int not_shared;
static void x(void) { not_shared++; }
static void y(void) { not_shared++; }'''),
    'overruns': ('not all memory of this scenario', '''
#include <string.h>
static struct { uint64_t a; } s;
static size_t n = 1 << 28;
static void x(void) { memset(&s, 0, n); }
static void y(void) { }'''),
    'exits': ('calls exit()', '''
#include <stdlib.h>
static struct { uint64_t a; } s;
static void x(void) { exit(0); }
static void y(void) { }'''),
    'aborts': ('calls abort()', '''
#include <stdlib.h>
static struct { uint64_t a; } s;
static void x(void) { abort(); }
static void y(void) { }'''),
    'asserts': ('assertion failed', '''
#include <assert.h>
static struct { uint64_t a; } s;
static void x(void) { assert(s.a == 1); }
static void y(void) { }'''),
    'calls_nothing': ('wild access', '''
static struct { void (*f)(void); } s;
static void x(void) { s.f(); }
static void y(void) { }'''),
    'traps': ('assertion failed', '''
static struct { uint64_t a; } s;
static void x(void) { __builtin_trap(); }
static void y(void) { }'''),
    'misaligned': ('is not aligned', '''
static struct { char a[32]; } s;
static void x(void) { tarry_store((uint64_t *)(void *)(s.a + 3), 1,
 TARRY_RELAXED); }
static void y(void) { }'''),
    'gives_up': ('NOTHING WAS SHOWN', '''
static struct { uint64_t a; } s;
static void x(void) { check_assume(false); }
static void y(void) { }'''),
    'differs': ('does not repeat itself', '''
#include <stdlib.h>
static struct { uint64_t a; } s;
static void x(void) { if (rand() % 2) tarry_store(&s.a, 1, TARRY_RELAXED);
 else (void)tarry_load(&s.a, TARRY_RELAXED);
 tarry_store(&s.a, 2, TARRY_RELAXED); }
static void y(void) { tarry_store(&s.a, 3, TARRY_RELAXED);
 (void)tarry_load(&s.a, TARRY_RELAXED); }'''),
    'chooses_among_none': ('chooses among 0', '''
static struct { uint64_t a; } s;
static void x(void) { check_choose(0); }
static void y(void) { }'''),
    'defers_for_ever': ('no end', '''
static struct { uint64_t a; } s;
static void f(void *p) { check_defer(f, p); }
static void x(void) { check_defer(f, NULL); }
static void y(void) { }'''),
    'keeps_a_lock': ('ends while it holds', '''
static struct { struct tarry_port_lock l; } s;
static void x(void) { tarry_port_lock(&s.l); }
static void y(void) { }'''),
    'no_such_page': ('no data page 64', '''
static struct { uint64_t a; } s;
static void x(void) { check_page_touch(64); }
static void y(void) { }'''),
    'no_such_wait': ('never began', '''
static struct { uint64_t a; } s;
static void x(void) { check_wait_end(3); }
static void y(void) { }'''),
    'waits_with_irqs_off': ('interrupts off', '''
static struct { uint64_t a; } s;
static void x(void) { check_section_begin(CHECK_IRQ);
 tarry_port_synchronize(); check_section_end(CHECK_IRQ); }
static void y(void) { }'''),
    'set_up_for_ever': ('does not end', '''
static struct { uint64_t a; } s;
static void setup(void) { for (;;) tarry_store(&s.a, 1, TARRY_RELAXED); }
static void x(void) { }
static void y(void) { }'''),
    'set_up_waits': ('nobody else is there', '''
static struct { uint64_t a; } s;
static void setup(void) { tarry_await(&s.a, CHECK_EQ, 1, TARRY_RELAXED); }
static void x(void) { }
static void y(void) { }'''),
    'set_up_keeps_a_lock': ('ends while it holds', '''
static struct { struct tarry_port_lock l; } s;
static void setup(void) { tarry_port_lock(&s.l); }
static void x(void) { }
static void y(void) { }'''),
    'set_up_exits': ('calls exit()', '''
#include <stdlib.h>
static struct { uint64_t a; } s;
static void setup(void) { exit(0); }
static void x(void) { }
static void y(void) { }'''),
}


# What is refused before anything is run, and what it says.
REFUSED = {
    'no_scenario': ('int a;', 'has no CHECK_SCENARIO()'),
    'no_c': ('int a(', 'does not compile'),
    'undefined': ('''void nowhere(void);
static int s;
static void x(void) { nowhere(); }
CHECK_SCENARIO(undefined, .shared = CHECK_OBJECT(s), .threads = {{"x", x}})''',
                  'nowhere'),
    'second': ('''static int s;
static void x(void) { }
CHECK_SCENARIO(rule_one_load, .shared = CHECK_OBJECT(s),
 .threads = {{"x", x}})''', 'two scenarios are called rule_one_load'),
    'stranger': ('''#include <pthread.h>
static uint64_t s;
static void *f(void *p) { tarry_store(&s, 1, TARRY_RELAXED); return p; }
static void x(void) { pthread_t t; pthread_create(&t, 0, f, 0);
 pthread_join(t, 0); }
CHECK_SCENARIO(stranger, .shared = CHECK_OBJECT(s), .threads = {{"x", x}})''',
                 'a thread that the scenario does not have'),
    'jump': ('''#include <setjmp.h>
static uint64_t s;
static jmp_buf at;
static void x(void) { if (!setjmp(at)) tarry_store(&s, 1, TARRY_RELAXED);
 (void)tarry_await(&s, CHECK_EQ, 2, TARRY_RELAXED); }
static void y(void) { if (tarry_await(&s, CHECK_EQ, 1, TARRY_RELAXED))
 longjmp(at, 1); }
CHECK_SCENARIO(jump, .shared = CHECK_OBJECT(s),
 .threads = {{"x", x}, {"y", y}})''', 'after a jump'),
}


def bad_input():
    for name, (kind, body) in sorted(BROKEN.items()):
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, name + '.c')
            open(path, 'w').write(
                '#include "check.h"\n' + body +
                '\nCHECK_SCENARIO(%s, .shared = CHECK_OBJECT(s), '
                '.threads = {{"x", x}, {"y", y}}%s)\n' % (
                    name, ', .setup = setup' if 'void setup' in body else ''))
            for model in ('sc', 'rc11'):
                got = run('--model', model, path)
                where = re.search(r'(\bx\b|set-up|NOTHING).*', got.stdout)
                case('%s under %s: %s, naming the thread and the line' % (
                    name, model, kind),
                    kind in got.stdout and got.returncode == 1 and where
                    and ('%s.c:' % name in got.stdout or kind in (
                        'NOTHING WAS SHOWN', 'assertion failed')),
                    got.stdout + got.stderr)
    for name, (body, says) in sorted(REFUSED.items()):
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, name + '.c')
            open(path, 'w').write('#include "check.h"\n' + body + '\n')
            got = run(path)
            case('%s: %s' % (name, says), got.returncode == 2
                 and says in got.stderr and not got.stdout,
                 got.stdout + got.stderr)
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'mine.c')
        open(path, 'w').write('#include "check.h"\n')
        got = run(path, env=dict(os.environ, CC='no-such-compiler'))
        case('a compiler that is not there is named', got.returncode == 2
             and 'no-such-compiler' in got.stderr, got.stderr)
        # Several are explored by processes of their own: guarded as well.
        open(path, 'w').write("""#include "check.h"
static volatile uint64_t s;
static void spins(void) { while (!s) ; }
static void ends(void) { }
CHECK_SCENARIO(ends, .shared = CHECK_OBJECT(s), .threads = {{"x", ends}})
CHECK_SCENARIO(spins, .shared = CHECK_OBJECT(s), .threads = {{"x", spins}})
""")
        got = run(path)
        case('one that spins is found among others', got.returncode == 1
             and 'ok   ends' in got.stdout and 'no end' in got.stdout,
             got.stdout + got.stderr)
    for args, says in ((['--model', 'arm'], 'no model "arm"'),
                       (['--random', '-1'], 'wants a number'),
                       (['--random', 'many'], 'not "many"'),
                       (['--random', '0'], 'a count of "0"'),
                       (['zoo', 'no_such_race'], 'no historical race'),
                       (['no_such_scenario'], 'no scenario'),
                       (['--weaken', 'no-rule'], '"no-rule"'),
                       (['missing.c'], 'missing.c'),
                       (['--replay', 'x', 'rule_one_load'], 'schedule "x"'),
                       (['--replay', ':3a:0000', 'rule_one_load'], 'sum'),
                       (['--graphs', '--random', '5'], 'under sc only')):
        got = run(*args)
        case('%s is refused, and named' % ' '.join(args),
             got.returncode == 2 and says in got.stderr, got.stderr)


def reports():
    """A counterexample is replayed; as JSON it parses; as HTML it is one page
    that needs nothing else."""
    got = run('--weaken', 'unlink-invalidate-wait-free', '--json', '-',
              'rule_unlink_invalidate_wait_free')
    token = re.search(r"--replay '([^']+)'", got.stdout)
    case('a broken rule gives a token', token, got.stdout)
    text = got.stdout[got.stdout.index('{'):]
    data = json.JSONDecoder().raw_decode(text)[0]
    case('JSON has rows, two of them accused',
         len([r for r in data['rows'] if r['accused']]) >= 2, text)
    case('lines of the source are named',
         any('src/' in r['where'] for r in data['rows']), text)
    again = run(*shlex.split(re.search(r'again: tarry-check (.*)',
                                       got.stdout).group(1)))
    case('the line it gives leads to the same violation',
         data['sentence'] in again.stdout, again.stdout + again.stderr)
    whole = run('--replay', token.group(1),
                'rule_unlink_invalidate_wait_free')
    case('with the rule kept it does not', whole.returncode in (0, 2),
         whole.stdout)
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'c.html')
        run('--weaken', 'unlink-invalidate-wait-free', '--html', path,
            'rule_unlink_invalidate_wait_free')
        page = open(path).read()
        case('the page has a column for each CPU and asks for nothing',
             '"unmap"' in page and '"read"' in page
             and 'src=' not in page and 'http:' not in page
             and 'https:' not in page)
    same = [run('--random', '2000', '--seed', '7', 'rule_one_load').stdout
            for _ in range(2)]
    strip = [re.sub(r'[\d.]+ s', '', s) for s in same]
    case('a seed gives the same run again', strip[0] == strip[1], same[0])
    case('a random search is never called a proof',
         'nothing is proved' in same[0], same[0])
    bounded = run('--bound', '0', 'rule_decide_under_lock')
    case('a bounded search says so', 'within the bound' in bounded.stdout,
         bounded.stdout)
    cut = run('--limit', '3', 'rule_decide_under_lock')
    case('a search that was cut is not ok',
         'CUT SHORT' in cut.stdout and cut.returncode == 1, cut.stdout)


GROUPS = {
    'models': models,
    'scale': scale,
    'ranks': ranks,
    'litmus': lambda: explore('--model', 'all', 'litmus_*'),
    'rules': lambda: explore('--model', 'all', 'rule_*', 'epoch_*'),
    'linear': linear,
    'matrix': matrix,
    'pairs': lambda: explore('--model', 'all', 'pair_*'),
    'counts': known_counts,
    'random': random_programs,
    'sabotage': sabotage,
    'zoo': zoo,
    'mutants': mutants,
    'guide': guide,
    'bad_input': bad_input,
    'reports': reports,
}
print('TAP version 13')
GROUPS[GROUP]()
print('1..%d' % count)
sys.exit(failed > 0)
