#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The core suite on another host, as TAP: run.py HOST OUT [PROGRAM...]

Each program is built by the cross compiler with the epoch readers, which need
nothing of the host, and run under qemu-user: big-endian, and other memory."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HOSTS = {  # compiler, emulator
    'arm64': ('aarch64-linux-gnu-gcc', 'qemu-aarch64'),
    's390x': ('s390x-linux-gnu-gcc', 'qemu-s390x'),
    'powerpc64': ('powerpc64-linux-gnu-gcc', 'qemu-ppc64'),
    'powerpc64le': ('powerpc64le-linux-gnu-gcc', 'qemu-ppc64le'),
    'riscv64': ('riscv64-linux-gnu-gcc', 'qemu-riscv64'),
}
FLAGS = ('-std=gnu11 -O1 -g -static -pthread -w -DTARRY_WITH_TOY=1 '
         '-DTARRY_PORT_DEBUG=1 -DTARRY_FLAVOUR_EPOCH').split()


def files(folder, *names):
    return [os.path.join(ROOT, folder, n) for n in names]


def core():
    folder = os.path.join(ROOT, 'src')
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder))
            if n.endswith('.c')]


def programs():
    """As tests/meson.build lists them, but for those that take minutes here:
    the emulator is twenty times slower."""
    text = open(os.path.join(ROOT, 'tests', 'meson.build')).read()
    listed = re.search(r'^programs = \[(.*?)\]', text, re.S | re.M).group(1)
    return re.findall(r"'(\w+)'", listed) + ['threads']


def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          errors='replace', **more)


def library(cc, out):
    """What all programs share, compiled once."""
    table = os.path.join(out, 'documented_errors.c')
    headers = [os.path.join(ROOT, 'include', 'tarry', n) for n in sorted(
        os.listdir(os.path.join(ROOT, 'include', 'tarry')))
        if n.endswith('.h') and n not in ('port.h', 'port_check.h')]
    got = run(sys.executable, os.path.join(ROOT, 'tests',
                                           'documented_errors.py'), *headers)
    open(table, 'w').write(got.stdout)
    sources = (core() + files('src/port/fault', 'port.c')
               + files('tests', 'bed.c', 'content.c', 'documented.c')
               + [table, os.path.join(HERE, 'cmocka.c')])
    posix = (files('src/port/posix', 'port.c', 'epoch.c')
             + files('src/port/epoch', 'epoch.c'))
    objects = []
    for source, fault in [(s, True) for s in sources] + \
                         [(s, False) for s in posix]:
        name = os.path.relpath(source, ROOT).replace('/', '_')[-60:]
        objects.append(os.path.join(out, name + '.o'))
        got = run(cc, *FLAGS, *includes(fault), '-c', source, '-o',
                  objects[-1])
        if got.returncode:
            sys.exit(got.stdout)
    return objects


def includes(fault):
    folders = [HERE, os.path.join(ROOT, 'tests'),
               os.path.join(ROOT, 'include'), os.path.join(ROOT, 'src')]
    if fault:
        folders.append(os.path.join(ROOT, 'src', 'port', 'fault'))
    folders.append(os.path.join(ROOT, 'src', 'port', 'posix'))
    return ['-I' + f for f in folders]


def main(host, out, wanted):
    if host not in HOSTS:
        sys.exit('no host "%s": %s' % (host, ' '.join(HOSTS)))
    cc, emulator = HOSTS[host]
    os.makedirs(out, exist_ok=True)
    print('TAP version 13')
    objects = library(cc, out)
    n = bad = 0
    for name in wanted or programs():
        binary = os.path.join(out, name)
        got = run(cc, *FLAGS, *includes(True),
                  os.path.join(ROOT, 'tests', name + '.c'), *objects, '-o',
                  binary)
        if got.returncode:
            sys.exit(got.stdout)
        try:
            got = run(emulator, binary, timeout=300, env=dict(
                os.environ, TARRY_STRESS_SCALE='1'))
            text, status = got.stdout, got.returncode
        except subprocess.TimeoutExpired as e:
            text, status = (e.stdout or b'').decode(errors='replace'), -1
        cases = re.findall(r'^(ok|not ok) \d+ - (.*)$', text, re.M)
        cases.append(('not ok' if status or not cases else 'ok',
                      'ended with status %d' % status))
        for how, case in cases:
            n += 1
            bad += how != 'ok'
            print('%s %d - %s %s: %s' % (how, n, host, name, case))
        if status or not cases:
            print('\n'.join('# ' + x for x in text.split('\n')[-30:]))
        sys.stdout.flush()
    print('1..%d' % n)
    return bad > 0


if len(sys.argv) < 3:
    sys.exit(__doc__)
sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
