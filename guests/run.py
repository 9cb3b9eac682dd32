#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds guests and runs them under QEMU.

  run.py [--out DIR]                    all; a table of machine and case
  run.py --tap MACHINE FORMAT           one, as TAP
  run.py --sabotage MACHINE FORMAT      one, broken on purpose in three ways, as
                                        TAP: each must be noticed by a case
  run.py --oracle MACHINE FORMAT        one that stops, with thousands of answers
                                        of tarry's; QEMU's monitor is asked for
                                        the same (gva2gpa); as TAP
  run.py --list                         what there is
"""
import argparse
import contextlib
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

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
# What is taken out, and how it is called.
# Without the freeze only lost dirty bits show; powernv stores those without a
# locked access, and s390x has none, nor large leaves here.
NO_FREEZE = ('powernv9', 'powernv10', 's390x')
SABOTAGE = {
    'invalidation': ['-DGUEST_NO_INVALIDATION'],
    'grace-period': ['-DGUEST_BREAK=unlink_invalidate_wait_free'],
    'freeze': ['-DGUEST_BREAK=freeze_then_change'],
}


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
    kind = 'bin' if folder(machine) == 'powerpc64' else 'elf'
    return os.path.join(out, '%s-%s%s.%s' % (
        folder(machine), fmt, '-' + name if name else '', kind))


def run(machine, image, timeout):
    """(lines of TAP, did it end as it should)"""
    emulator, before, option, _, good = MACHINES[machine]
    try:
        got = subprocess.run([emulator, *before, option, image],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=timeout)
        text, status = got.stdout, got.returncode
    except subprocess.TimeoutExpired as e:
        text, status = e.stdout or b'', 'none in %d seconds' % timeout
    text = text.decode(errors='replace').replace('\r', '')
    start = text.find('TAP version')
    lines = text[start if start >= 0 else 0:].split('\n')
    ended = status == good if good is not None else '# exit 0' in lines
    if not ended:
        lines.append('# %s ended with status %s' % (emulator, status))
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


def tap(machine, fmt, out, timeout):
    lines, ended = run(machine, build(machine, fmt, out), timeout)
    for line in lines:
        if not re.match(r'^1\.\.\d+$', line):
            print(line)
    n = len(cases(lines)) + 1
    good = ended and whole(lines)
    print('%s %d - %s %s ran to its end' % ('ok' if good else 'not ok', n,
                                            machine, fmt))
    print('1..%d' % n)
    return not good or any(c[0] == 'not ok' for c in cases(lines))


def sabotage(machine, fmt, out, timeout):
    print('TAP version 13')
    bad = 0
    which = {name: flags for name, flags in SABOTAGE.items()
             if name != 'freeze' or machine not in NO_FREEZE}
    for n, (name, flags) in enumerate(which.items(), 1):
        image = build(machine, fmt, out, flags, name)
        failed = []
        # On a loaded host two CPUs share a core, and may meet too seldom.
        for _ in range(3):
            # What is broken may never end: the cases before that tell.
            lines, _ = run(machine, image, min(timeout, 20))
            failed = [c[1] for c in cases(lines) if c[0] == 'not ok']
            if failed:
                break
        bad += not failed
        print('%s %d - without %s: %s' % (
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


def wait_for(process, timeout):
    """Its console up to where it holds."""
    lines, end = [], time.time() + timeout
    while time.time() < end:
        line = process.stdout.readline().decode(errors='replace').strip()
        lines.append(line)
        if '# hold' in line or not line and process.poll() is not None:
            break
    return lines


def oracle(machine, fmt, out, timeout):
    image = build(machine, fmt, out, ['-DGUEST_HOLD'], 'hold')
    emulator, before, option, _, _ = MACHINES[machine]
    path = os.path.join(out, 'monitor')
    process = subprocess.Popen(
        [emulator, *before, '-monitor', 'unix:%s,server=on,wait=off' % path,
         option, image], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    watch = threading.Timer(timeout, process.kill)
    watch.start()
    try:
        lines = wait_for(process, timeout)
        wanted = [m.groups() for m in (
            re.search(r'\? ([0-9a-f]+) ([0-9a-f]+|-)$', x) for x in lines)
            if m]
        wrong, mapped = [], 0
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(path)
            monitor.settimeout(timeout)
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
    finally:
        process.kill()
        process.wait()
        watch.cancel()
    print('TAP version 13')
    good = len(wanted) == 3000 and 100 < mapped < 2900 and not wrong
    print('%s 1 - %s %s: tarry and QEMU translate %d addresses alike, %d of '
          'them mapped' % ('ok' if good else 'not ok', machine, fmt,
                           len(wanted), mapped))
    for line in wrong[:20] + (lines[-20:] if not wanted else []):
        print('# ' + line)
    print('1..1')
    return not good


def table(out, timeout):
    """All guests; a line for each case, a column for each format."""
    columns, rows, bad = [], {}, 0
    for machine, about in MACHINES.items():
        for fmt in about[3] if there(machine) else []:
            lines, ended = run(machine, build(machine, fmt, out), timeout)
            columns.append('%s %s' % (machine, fmt))
            found = cases(lines)
            bad += not ended or not whole(lines)
            bad += any(c[0] == 'not ok' for c in found)
            told = io.StringIO()
            with contextlib.redirect_stdout(told):
                agree = not oracle(machine, fmt, out, timeout)
            bad += not agree
            if not agree:
                print(told.getvalue())
            found.append(('ok' if agree else 'not ok',
                          "QEMU's own walker translates as tarry does", ''))
            for how, name, note in found:
                rows.setdefault(name, {})[columns[-1]] = (how, note)
            print('%s: %s' % (columns[-1], 'pass' if ended and whole(lines)
                              else 'FAIL'))
            if not ended or not whole(lines):
                print('\n'.join(lines[-20:]))
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
    p.add_argument('--tap', nargs=2, metavar=('MACHINE', 'FORMAT'))
    p.add_argument('--sabotage', nargs=2, metavar=('MACHINE', 'FORMAT'))
    p.add_argument('--oracle', nargs=2, metavar=('MACHINE', 'FORMAT'))
    p.add_argument('--list', action='store_true')
    p.add_argument('--out')
    p.add_argument('--timeout', type=int, default=180)
    o = p.parse_args()
    if o.list:
        for machine, about in MACHINES.items():
            if there(machine):
                print(machine, *about[3])
        return 0
    with tempfile.TemporaryDirectory() as d:
        out = o.out or d
        for one in (o.tap, o.sabotage, o.oracle):
            if one and (one[0] not in MACHINES or not there(one[0])):
                p.error('no machine "%s": %s' % (one[0], ' '.join(
                    m for m in MACHINES if there(m))))
            if one and one[1] not in MACHINES[one[0]][3]:
                p.error('%s has no format "%s": %s' % (
                    one[0], one[1], ' '.join(MACHINES[one[0]][3])))
        if o.tap:
            return tap(*o.tap, out, o.timeout)
        if o.sabotage:
            return sabotage(*o.sabotage, out, o.timeout)
        if o.oracle:
            return oracle(*o.oracle, out, o.timeout)
        return table(out, o.timeout)


sys.exit(1 if main() else 0)
