#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Live processes: what is read is what they have; and processes that cannot
be read, or end while they are."""
import ctypes
import json
import os
import platform
import struct
import subprocess
import sys
import tempfile

import cli_program as cli

# Maps 64 pages at an address and touches every second; ready when it says so.
TARGET = r'''
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                      ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.prctl(15, bytes.fromhex(sys.argv[1]), 0, 0, 0)
# MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
at = libc.mmap(0x7000000000, 64 * 4096, 3, 0x4022, -1, 0)
for i in range(0, 64, 2):
    ctypes.memset(at + i * 4096, 1, 1)
# A terabyte of which two pages are there.
far = libc.mmap(None, 1 << 40, 3, 0x4022, -1, 0)
ctypes.memset(far, 1, 1)
ctypes.memset(far + (1 << 40) - 4096, 1, 1)
huge = libc.mmap(0x7100000000, 8 << 20, 3, 0x4022, -1, 0)
libc.madvise(huge, 8 << 20, 14)
ctypes.memset(huge, 1, 4 << 20)
# Read, not written: pages of zeroes, which smaps does not count.
zero = libc.mmap(0x7200000000, 8 << 20, 3, 0x4022, -1, 0)
libc.madvise(zero, 8 << 20, 15)
for i in range(0, 8 << 20, 4096):
    ctypes.c_char.from_address(zero + i).value
print(hex(at), hex(far), hex(huge), hex(zero), flush=True)
sys.stdin.read()
'''


class Target:
    def __init__(self, name=b'target'):
        self.child = subprocess.Popen(
            [sys.executable, '-c', TARGET, name.hex()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.at = [int(x, 16) for x in self.child.stdout.readline().split()]
        self.pid = self.child.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.communicate()


def regions(text):
    """{start: [(va, bytes, size, state)]}"""
    found, now = {}, None
    for line in text.decode(errors='replace').split('\n'):
        word = line.split()
        if word and word[0] == 'region':
            now = found.setdefault(int(word[1], 16), [])
        elif word and word[0] == 'run':
            now.append((int(word[1], 16), int(word[2], 16), *word[3:]))
    return found


def as_before_6_7():
    """The ioctl that came with Linux 6.7 is not there for this process."""
    libc = ctypes.CDLL(None)
    code = b''.join(struct.pack('HBBI', *step) for step in (
        (0x20, 0, 0, 0),           # the call
        (0x15, 0, 3, 16),          # ioctl on x86-64
        (0x20, 0, 0, 24),          # its number
        (0x15, 0, 1, 0xc0606610),  # PAGEMAP_SCAN
        (0x06, 0, 0, 0x50019),     # ENOTTY
        (0x06, 0, 0, 0x7fff0000)))
    steps = ctypes.create_string_buffer(code)
    program = struct.pack('HxxxxxxP', len(code) // 8, ctypes.addressof(steps))
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program):
        raise OSError('no seccomp')


tap = cli.Tap()
with Target() as target, tempfile.TemporaryDirectory() as folder:
    at, far, huge, zero = target.at
    status, text, err = cli.run('snapshot', target.pid)
    seen = regions(text)
    tap.check(status == 0 and err == b'' and
              seen.get(at) == [(at + i * 8192, 4096, '4K', 'present')
                               for i in range(32)],
              'every second page of a region', seen.get(at), err)
    tap.check(seen.get(far) == [(far, 4096, '4K', 'present'),
                                (far + (1 << 40) - 4096, 4096, '4K',
                                 'present')],
              'two pages of a terabyte', seen.get(far))
    smaps = open('/proc/%d/smaps' % target.pid).read()
    if 'AnonHugePages:      4096 kB' in smaps:
        tap.check(seen.get(huge) == [(huge, 4 << 20, '2M', 'present')],
                  'two huge pages', seen.get(huge))
    else:
        tap.skip('two huge pages', 'none on this machine')
    tap.check(seen.get(zero) == [(zero, 8 << 20, '4K', 'present')],
              'pages of zeroes', seen.get(zero))
    if platform.machine() == 'x86_64':
        done = subprocess.run([cli.TARRY, 'snapshot', str(target.pid)],
                              capture_output=True, preexec_fn=as_before_6_7)
        before = regions(done.stdout)
        tap.check(done.returncode == 0 and done.stderr == b'' and
                  all(before.get(a) == seen[a] for a in target.at),
                  'the same without what Linux 6.7 brought', done.stderr,
                  [before.get(a) for a in target.at])
        tap.check((b'flags guessed\n' in done.stdout) ==
                  any(r[2] == '2M' for v in before.values() for r in v),
                  'which huge pages are a guess')
    else:
        tap.skip('the same without what Linux 6.7 brought', 'wants x86-64')
    path = os.path.join(folder, 'snap')
    status, out, err = cli.run('snapshot', target.pid, '-o', path)
    tap.check(status == 0 and out + err == b'', 'into a file', out, err)
    status, live, err = cli.run('cost', target.pid, '--json')
    status, saved, err = cli.run('cost', path, '--json')
    live, saved = json.loads(live), json.loads(saved)
    tap.check(live == saved and live['comm'] == 'target' and
              live['pid'] == target.pid, 'the cost of both is one', live,
              saved)
    vmpte = [int(line.split()[1]) * 1024
             for line in open('/proc/%d/status' % target.pid)
             if line.startswith('VmPTE')][0]
    four = live['formats'][0]['as_it_is']
    # The kernel keeps emptied tables, and does not count the root.
    tap.check(live['kernel_vmpte_bytes'] == vmpte and
              four['bytes'] - 4096 <= vmpte, 'beside what the kernel says',
              live)
    status, text, err = cli.run('cost', path)
    tap.check(status == 0 and b'VmPTE' in text and b'x86_64-5' in text,
              'as text', text, err)
    if os.getuid() == 0:
        os.chmod(folder, 0o755)
        copy = os.path.join(folder, 'tarry')
        subprocess.run(['cp', cli.TARRY, copy], check=True)
        tarry, cli.TARRY = cli.TARRY, copy
        tap.refused('of another user', 1, [str(target.pid), 'denied'], 'cost',
                    target.pid, user=65534)
        cli.TARRY = tarry
    else:
        tap.skip('of another user', 'wants root')

for name in (b'a\nb) x', b'\xff\xfe', b'', b')))', b' ', b'\x1b[31mred'):
    with Target(name) as target:
        status, text, err = cli.run('cost', target.pid, '--json')
        tap.check(status == 0 and json.loads(text)['pid'] == target.pid,
                  'a process of the name %r' % name, status, text, err)
        status, text, err = cli.run('cost', target.pid)
        tap.check(status == 0 and b'\x1b' not in text,
                  'nothing that a terminal obeys: %r' % name, text)

child = subprocess.Popen(['true'])
os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
tap.refused('ended, its parent does not know yet', 2,
            [str(child.pid), 'no memory'], 'cost', child.pid)
child.wait()
tap.refused('ended', 2, [str(child.pid), 'no such process'], 'cost',
            child.pid)
if os.path.exists('/proc/2/exe') or os.path.isdir('/proc/2') and \
        open('/proc/2/maps').read() == '':
    tap.refused('a kernel thread', 2, ['2: ', 'kernel thread'], 'cost', 2)
else:
    tap.skip('a kernel thread', 'not seen from here')

# Processes that end at any instant of it: whole, or an error and no file.
libc = ctypes.CDLL(None)
whole = errors = wrong = 0
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'snap')
    for i in range(30):
        target = Target()
        reader = subprocess.Popen([cli.TARRY, 'snapshot', str(target.pid),
                                   '-o', path], stderr=subprocess.PIPE)
        libc.usleep(i * 500)
        target.child.kill()
        err = reader.communicate()[1]
        if reader.returncode == 0:
            whole += 1
            with open(path, 'rb') as f:
                wrong += target.at[2] not in regions(f.read())
            os.remove(path)
        else:
            errors += 1
            wrong += err.count(b'\n') != 1 or os.listdir(folder) != []
        target.child.communicate()
tap.check(wrong == 0 and whole + errors == 30,
          'ends while it is read', whole, errors, wrong)
tap.end()
