#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds guests and runs them under QEMU.

  run.py [--out DIR]                    all; a table of machine and case
  run.py --tap MACHINE FORMAT           one, as TAP
  run.py --sabotage MACHINE FORMAT      one, broken on purpose in several ways, as
                                        TAP: each must be noticed by a case
  run.py --oracle MACHINE FORMAT        one that stops, with thousands of answers
                                        of tarry's; QEMU's monitor is asked for
                                        the same (gva2gpa); as TAP
  run.py --tables MACHINE FORMAT        one that turns on tables that the hosted
                                        library built, tries each address of a
                                        list, and stops for the monitor; as TAP
  run.py --list                         what there is

--image names a guest that ninja builds in the folder --ninja, if it has not yet;
--builder a program that is guests/hosted.
"""
import argparse
import concurrent.futures
import contextlib
import fcntl
import io
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
TCG = ['-accel', 'tcg,thread=multi', '-smp', '2', '-nographic', '-no-reboot']
BARE = TCG + ['-m', '128', '-nodefaults']

# machine: (emulator, arguments before the image, image option, formats,
#           exit status that says "all well"; None: the console says it)
MACHINES = {
    'x86_64': ('qemu-system-x86_64', BARE + [
        '-cpu', 'max', '-serial', 'stdio',
        '-device', 'isa-debug-exit,iobase=0xf4,iosize=1'],
        '-kernel', ['x86_64-4', 'x86_64-5'], 33),
    'arm64': ('qemu-system-aarch64', BARE + [
        '-m', '2G', '-M', 'virt', '-cpu', 'max', '-serial', 'stdio',
        '-semihosting-config', 'enable=on,target=native'],
        '-kernel', ['arm64-4k', 'arm64-16k', 'arm64-64k', 'arm64-4k-52',
                    'arm64-16k-52', 'arm64-64k-52'], 0),
    'riscv64': ('qemu-system-riscv64', BARE + [
        '-M', 'virt', '-cpu', 'rv64,svnapot=true,svpbmt=true',
        '-serial', 'stdio', '-bios', 'none'],
        '-kernel', ['riscv64-sv39', 'riscv64-sv48', 'riscv64-sv57'], 0),
    'powernv9': ('qemu-system-ppc64', TCG + [
        '-M', 'powernv9', '-m', '1G', '-serial', 'mon:stdio'],
        '-bios', ['powerpc64-4k', 'powerpc64-64k'], None),
    'powernv10': ('qemu-system-ppc64', TCG + [
        '-M', 'powernv10', '-m', '1G', '-serial', 'mon:stdio'],
        '-bios', ['powerpc64-4k', 'powerpc64-64k'], None),
    's390x': ('qemu-system-s390x', BARE + [
        '-M', 's390-ccw-virtio', '-cpu', 'max', '-chardev', 'stdio,id=c',
        '-device', 'sclpconsole,chardev=c', '-action', 'panic=exit-failure'],
        '-kernel', ['s390x-2', 's390x-3', 's390x-4', 's390x-5'], 0),
}
# What is taken out (orders.h has the numbers).  What the freeze is for takes
# large leaves, which s390x does not have here; where caches are told by a
# question, that waits for who has interrupts off, too.
SABOTAGE = {'invalidation': 1, 'grace period': 2, 'freeze': 3, 'kick': 4}
NOT_HERE = {'freeze': ('s390x',), 'kick': ('x86_64', 'riscv64')}
BIG = ('powerpc64', 's390x')
# Free memory begins there, and there orders lie (machine_ram(), orders.h).
ORDERS = {'x86_64': 0x400000, 'arm64': 0x41000000, 'riscv64': 0x80400000,
          'powerpc64': 0x2000000, 's390x': 0x1000000}
MAGIC, HOLDS = 0x7461727279212121, 1


def folder(machine):
    return 'powerpc64' if machine.startswith('powernv') else machine


def there(machine):
    return os.path.exists(os.path.join(HERE, folder(machine), 'machine.c'))


def build(machine, fmt, out, flags=(), name=None):
    env = dict(os.environ)
    if name:
        env['GUEST_NAME'] = name
    got = subprocess.run([os.path.join(HERE, 'build'), folder(machine), fmt,
                          out, *flags], env=env, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, timeout=300)
    if got.returncode:
        sys.exit('%s %s does not build:\n%s' % (machine, fmt, got.stdout))
    return os.path.join(out, '%s-%s%s.img' % (
        folder(machine), fmt, '-' + name if name else ''))


def by_ninja(where, image):
    """As up to date as its sources.  Tests run side by side, ninjas must not."""
    with open(os.path.join(where, 'guests', 'ninja.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        got = subprocess.run(['ninja', '-C', where, image], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if got.returncode:
        sys.exit('%s is not built:\n%s' % (image, got.stdout))
    return os.path.join(where, image)


def builder(out):
    """The program that builds tables as a process, where nobody built it."""
    src = os.path.join(os.path.dirname(HERE), 'src')
    program = os.path.join(out, 'tables')
    got = subprocess.run(
        ['cc', '-std=gnu11', '-O1', '-pthread', '-DTARRY_FLAVOUR_EPOCH',
         '-I' + os.path.join(os.path.dirname(HERE), 'include'), '-I' + src,
         '-I' + os.path.join(src, 'port', 'posix'),
         os.path.join(HERE, 'hosted', 'tables.c'),
         *(os.path.join(src, n) for n in sorted(os.listdir(src))
           if n.endswith('.c')),
         *(os.path.join(src, 'port', n) for n in (
             'posix/port.c', 'posix/epoch.c', 'epoch/epoch.c')),
         '-o', program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)
    if got.returncode:
        sys.exit('guests/hosted does not build:\n%s' % got.stdout)
    return program


def orders(machine, out, job=0, breaks=0):
    """A file of orders; the emulator's words that load it."""
    path = os.path.join(out, 'orders')
    with open(path, 'wb') as f:
        f.write(struct.pack('>5Q' if folder(machine) in BIG else '<5Q',
                            MAGIC, job, breaks, 0, 0))
    return load(machine, path)


def load(machine, path):
    return ['-device', 'loader,file=%s,addr=%#x,force-raw=on' % (
        path, ORDERS[folder(machine)])]


@contextlib.contextmanager
def guest(machine, image, timeout, more):
    """Its process, which does not outlive the block, nor the timeout."""
    emulator, before, option, _, _ = MACHINES[machine]
    process = subprocess.Popen([emulator, *before, *more, option, image],
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    watch = threading.Timer(timeout, process.kill)
    watch.start()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        watch.cancel()


def console(process, until=None):
    """Lines of TAP, to the end or one for which until() is true."""
    lines = []
    for line in process.stdout:
        line = line.decode(errors='replace').replace('\r', '').rstrip('\n')
        if 'TAP version' in line:  # what firmware said before is not ours
            lines, line = [], line[line.index('TAP version'):]
        lines.append(line)
        if until and until(line):
            break
    return lines


def run(machine, image, timeout, more=(), until=None):
    """(lines of TAP, did it end as it should); stops at a line for which
    until() is true."""
    emulator, _, _, _, good = MACHINES[machine]
    with guest(machine, image, timeout, more) as process:
        lines = console(process, until)
        if until:
            process.kill()
        status = process.wait()
    ended = status == good if good is not None else '# exit 0' in lines
    if not ended and not until:
        lines.append('# %s ended with status %s (-9: after %d seconds)' % (
            emulator, status, timeout))
    return lines, ended


CASE = re.compile(r'^(ok|not ok) \d+ - ([^:#]*)(.*)$')


def cases(lines):
    """[(result, name, note)]"""
    found = []
    for line in lines:
        m = CASE.match(line)
        if m:
            how = 'skip' if '# SKIP' in line else m.group(1)
            found.append((how, m.group(2).strip(), m.group(3).strip()))
    return found


def whole(lines):
    """The plan is there, and as many cases as it says."""
    plan = [int(x[3:]) for x in lines if re.match(r'^1\.\.\d+$', x)]
    return len(plan) == 1 and plan[0] == len(cases(lines)) > 0


def tap(machine, fmt, out, o):
    image = o.image or build(machine, fmt, out)
    lines, ended = run(machine, image, o.timeout)
    for line in lines:
        if not re.match(r'^1\.\.\d+$', line):
            print(line)
    n = len(cases(lines)) + 1
    good = ended and whole(lines)
    print('%s %d - %s %s ran to its end' % ('ok' if good else 'not ok', n,
                                            machine, fmt))
    print('1..%d' % n)
    return not good or any(c[0] == 'not ok' for c in cases(lines))


def sabotage(machine, fmt, out, o):
    image = o.image or build(machine, fmt, out, ['-DGUEST_BREAKS'], 'broken')
    print('TAP version 13')
    bad = 0
    which = {name: number for name, number in SABOTAGE.items()
             if machine not in NOT_HERE.get(name, ())}
    for n, (name, number) in enumerate(which.items(), 1):
        # What is broken may never end: the first that notices is enough.
        lines, _ = run(machine, image, o.timeout,
                       orders(machine, out, breaks=number),
                       lambda line: line.startswith('not ok'))
        failed = [c[1] for c in cases(lines) if c[0] == 'not ok']
        bad += not failed
        print('%s %d - without the %s: %s' % (
            'ok' if failed else 'not ok', n, name,
            ', '.join(failed) or 'nothing was noticed'))
        for line in lines if not failed else []:
            print('# ' + line)
    print('1..%d' % len(which))
    return bad


def heard(monitor):
    """What the monitor says, up to its prompt."""
    got = b''
    while not got.endswith(b'(qemu) '):
        more = monitor.recv(65536)
        if not more:
            break
        got += more
    return got.decode(errors='replace')


def ask(monitor, text):
    """One command of the monitor; what it says."""
    monitor.sendall(text.encode() + b'\n')
    return heard(monitor)


def listed(lines):
    """[(va, oa or "-")] of what a guest or guests/hosted printed"""
    return [m.groups() for m in (
        re.search(r'\? ([0-9a-f]+) ([0-9a-f]+|-)$', x) for x in lines) if m]


def asked(machine, image, more, out, o, wanted=None):
    """(what the guest said up to its hold, what it wanted, how many of that are
    mapped, where QEMU's own walker does not agree)"""
    path = os.path.join(out, 'monitor')
    listens = ['-monitor', 'unix:%s,server=on,wait=off' % path]
    wrong, mapped = [], 0
    with guest(machine, image, o.timeout, more + listens) as process:
        lines = console(process, lambda line: '# hold' in line)
        wanted = wanted or listed(lines)
        try:
            with socket.socket(socket.AF_UNIX) as monitor:
                monitor.connect(path)
                monitor.settimeout(o.timeout)
                heard(monitor)  # it greets, sooner or later
                ask(monitor, 'stop')
                for va, oa in wanted:
                    said = ask(monitor, 'gva2gpa 0x' + va)
                    m = re.search(r'gpa: (?:0x)?([0-9a-f]+)', said)
                    gpa = int(m.group(1), 16) if m else None
                    mapped += gpa is not None
                    if gpa != (None if oa == '-' else int(oa, 16)):
                        wrong.append('%s: tarry %s, QEMU %s' % (
                            va, oa, said.split('\n')[1:2]))
        except OSError as e:
            wrong.append('the monitor: %s' % e)
    return lines, wanted, mapped, wrong


def oracle(machine, fmt, out, o):
    lines, wanted, mapped, wrong = asked(
        machine, o.image or build(machine, fmt, out),
        orders(machine, out, job=HOLDS), out, o)
    print('TAP version 13')
    good = len(wanted) == 3000 and 100 < mapped < 2900 and not wrong
    print('%s 1 - %s %s: tarry and QEMU translate %d addresses alike, %d of '
          'them mapped' % ('ok' if good else 'not ok', machine, fmt,
                           len(wanted), mapped))
    for line in wrong[:20] + (lines[-20:] if not wanted else []):
        print('# ' + line)
    print('1..1')
    return not good


def tables(machine, fmt, out, o):
    image = o.image or build(machine, fmt, out)
    # Any guest says first what memory it has, and what it needs there.
    lines, _ = run(machine, image, o.timeout,
                   until=lambda line: 'translating' in line)
    memory = [x.split()[2:] for x in lines if x.startswith('# memory ')]
    needs = [x.split()[2:] for x in lines if x.startswith('# needs ')]
    print('TAP version 13')
    if len(memory) != 1 or int(memory[0][0], 16) != ORDERS[folder(machine)]:
        print('not ok 1 - the guest says where its memory is\n1..1')
        print('\n'.join('# ' + x for x in lines))
        return True
    path = os.path.join(out, 'tables.img')
    got = subprocess.run(
        [o.builder, fmt, *memory[0][:2], '1' if memory[0][2:] else '0', path,
         *(word for need in needs for word in need)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=o.timeout)
    wanted = listed(got.stdout.split('\n'))
    if got.returncode or len(wanted) != 4000:
        print('not ok 1 - tables are built\n1..1\n# %s' % got.stdout[-2000:])
        return True
    lines, _, mapped, wrong = asked(machine, image, load(machine, path), out,
                                    o, wanted)
    for line in lines:
        if CASE.match(line) or line.startswith('#'):
            print(line)
    found = cases(lines)
    whole_run = whole(lines) and len(found) == 3
    good = whole_run and not wrong
    print("%s %d - tables of the hosted library: QEMU's own walker: "
          '%d addresses, %d of them mapped' % (
              'ok' if good else 'not ok', len(found) + 1, len(wanted), mapped))
    for line in wrong[:20] + (lines[-20:] if not whole_run else []):
        print('# ' + line)
    print('1..%d' % (len(found) + 1))
    return not good or any(c[0] == 'not ok' for c in found)


def heard_of(fn, machine, fmt, out, o):
    """The cases that fn() prints as TAP; its text too, if one fails."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        bad = fn(machine, fmt, out, o)
    lines = told.getvalue().split('\n')
    if bad:
        print('\n'.join(lines[-40:]))
    return cases(lines), bad


def table(out, o):
    """All guests; a line for each case, a column for each format."""
    columns, rows, bad = [], {}, 0
    pairs = [(machine, fmt) for machine, about in MACHINES.items()
             for fmt in (about[3] if there(machine) else [])]
    o.builder = o.builder or builder(out)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        images = dict(pool.map(
            lambda pair: (pair, build(*pair, out)),
            {(folder(m), fmt) for m, fmt in pairs}))
    for machine, fmt in pairs:
        columns.append('%s %s' % (machine, fmt))
        o.image = images[folder(machine), fmt]
        found, failed = [], 0
        for fn, name in ((tap, ''), (oracle, "QEMU's own walker translates as "
                                     'tarry does'), (tables, '')):
            some, worse = heard_of(fn, machine, fmt, out, o)
            found += [(how, name or case, note) for how, case, note in some
                      if 'ran to its end' not in case]
            failed += bool(worse)
        bad += failed
        for how, name, note in found:
            rows.setdefault(name, {})[columns[-1]] = (how, note)
        print('%s: %s' % (columns[-1], 'FAIL' if failed else 'pass'))
        sys.stdout.flush()
    print()
    for i, c in enumerate(columns):
        print('%3d %s' % (i + 1, c))
    width = max(len(n) for n in rows)
    print('\n%-*s %s' % (width, 'case', ' '.join('%4d' % (i + 1) for i in
                                                 range(len(columns)))))
    word = {'ok': 'pass', 'not ok': 'FAIL', 'skip': 'skip'}
    for name, by in rows.items():
        print('%-*s %s' % (width, name, ' '.join(
            '%4s' % word.get(by.get(c, ('', ''))[0], '-') for c in columns)))
    print('\noverlap (how often CPU 0 saw the other move on, of its turns):')
    for name, by in rows.items():
        notes = [re.search(r'overlap (\d+ of \d+)', by[c][1])
                 for c in columns if c in by]
        if any(notes):
            print('%-*s %s' % (width, name, '; '.join(
                m.group(1) if m else '-' for m in notes)))
    skipped = {(name, by[c][1]) for name, by in rows.items() for c in by
               if by[c][0] == 'skip'}
    for name, why in sorted(skipped):
        print('skipped: %s %s' % (name, why))
    return bad


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawTextHelpFormatter)
    for name in ('--tap', '--sabotage', '--oracle', '--tables'):
        p.add_argument(name, nargs=2, metavar=('MACHINE', 'FORMAT'))
    p.add_argument('--list', action='store_true')
    p.add_argument('--image')
    p.add_argument('--ninja', metavar='FOLDER')
    p.add_argument('--builder')
    p.add_argument('--out')
    p.add_argument('--timeout', type=int, default=280)
    o = p.parse_args()
    if o.list:
        for machine, about in MACHINES.items():
            if there(machine):
                print(machine, *about[3])
        return 0
    with tempfile.TemporaryDirectory() as d:
        out = o.out or d
        if o.ninja:
            o.image = by_ninja(o.ninja, o.image)
        for fn in (tap, sabotage, oracle, tables):
            one = getattr(o, fn.__name__)
            if not one:
                continue
            if one[0] not in MACHINES or not there(one[0]):
                p.error('no machine "%s": %s' % (one[0], ' '.join(
                    m for m in MACHINES if there(m))))
            if one[1] not in MACHINES[one[0]][3]:
                p.error('%s has no format "%s": %s' % (
                    one[0], one[1], ' '.join(MACHINES[one[0]][3])))
            if fn == tables:
                o.builder = o.builder or builder(out)
            return fn(*one, out, o)
        return table(out, o)


sys.exit(1 if main() else 0)
