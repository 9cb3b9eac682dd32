#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Snapshots and traces as they should not be: each fault has its own error, in
one line that names the argument and the line; and as they should be."""
import json
import os
import resource
import tempfile
import zlib

import cli_program as cli

HEAD = b'tarry-snapshot 1\n'
KEYS = b'pid 7\ncomm some name\ntime 1700000000\nvmpte 5000\nflags\n'
REGION = b'region 200000 a00000 rw-p [heap]\n'
RUN = b'run 200000 3000 4K present\n'
TRACE = b'==1== Lackey\nI  04016b40,3\n L 1ffefff9a0,8\n S 1ffefff9a8,8\n'


def ended(text, regions=1, runs=1, crc=None):
    return text + b'end %d %d %08x\n' % (
        regions, runs, zlib.crc32(text) if crc is None else crc)


GOOD = ended(HEAD + KEYS + REGION + RUN)

# name, content, words of the error
BAD = [
    ('cut in a line', GOOD[:60], ['cut off']),
    ('cut after a line', HEAD + KEYS + REGION + RUN, ['line 8', 'cut off']),
    ('only a head', HEAD, ['cut off']),
    ('a wrong checksum', ended(HEAD + KEYS + REGION + RUN, crc=1),
     ['line 9', 'checksum']),
    ('a changed digit', GOOD.replace(b'3000', b'4000'), ['checksum']),
    ('fewer regions', ended(HEAD + KEYS + REGION + RUN, regions=2),
     ['line 9', 'number of regions']),
    ('fewer runs', ended(HEAD + KEYS + REGION + RUN, runs=2),
     ['line 9', 'number of regions or runs']),
    ('absurd counts', ended(HEAD + KEYS + REGION + RUN, runs=10 ** 30),
     ['line 9', 'not an end']),
    ('something after the end', GOOD + b'pid 1\n', ['line 10', 'after']),
    ('another version', GOOD.replace(b' 1\n', b' 2\n', 1),
     ['line 1', 'version']),
    ('no version', GOOD.replace(b' 1\n', b'\n', 1),
     ['line 1', 'not a snapshot']),
    ('regions that overlap', ended(HEAD + REGION + RUN + REGION, 2),
     ['line 4', 'overlap']),
    ('a region before', ended(HEAD + REGION + RUN +
                              b'region 1000 2000 r--p \n', 2),
     ['line 4', 'order']),
    ('an empty region', ended(HEAD + b'region 1000 1000 r--p \n', 1, 0),
     ['line 2', 'empty']),
    ('a region that ends first', ended(HEAD + b'region 2000 1000 r--p \n', 1,
                                       0), ['line 2']),
    ('half a page', ended(HEAD + b'region 1000 1800 r--p \n', 1, 0),
     ['line 2', 'whole pages']),
    ('a region too far', ended(HEAD + b'region 0 1ffffffffffff000 r--p \n', 1,
                               0), ['line 2', 'beyond']),
    ('a region of signs', ended(HEAD + b'region -2000 -1000 r--p \n', 1, 0),
     ['line 2', 'not a region']),
    ('strange rights', ended(HEAD + b'region 1000 2000 abcd \n', 1, 0),
     ['line 2', 'not a region']),
    ('few rights', ended(HEAD + b'region 1000 2000 rw \n', 1, 0),
     ['line 2', 'not a region']),
    ('a run without region', ended(HEAD + RUN, 0), ['line 2', 'run']),
    ('a run outside', ended(HEAD + REGION +
                            b'run 100000 1000 4K present\n'),
     ['line 3', 'outside']),
    ('a run too long', ended(HEAD + REGION + b'run 200000 900000 4K present\n'),
     ['line 3', 'outside']),
    ('a run that wraps', ended(HEAD + REGION + b'run 200000 fffffffffffff000 '
                               b'4K present\n'), ['line 3', 'outside']),
    ('runs twice', ended(HEAD + REGION + RUN + RUN, 1, 2),
     ['line 4', 'overlap']),
    ('a misaligned huge run', ended(HEAD + REGION +
                                    b'run 201000 200000 2M present\n'),
     ['line 3', 'misaligned']),
    ('a strange page size', ended(HEAD + REGION +
                                  b'run 200000 3000 3K present\n'),
     ['line 3', 'page size']),
    ('a strange state', ended(HEAD + REGION + b'run 200000 3000 4K gone\n'),
     ['line 3', 'neither']),
    ('more on a line', ended(HEAD + REGION + RUN[:-1] + b' and more\n'),
     ['line 3', 'not a run']),
    ('a key twice', ended(HEAD + b'pid 1\npid 1\n', 0, 0),
     ['line 3', 'twice']),
    ('a key too late', ended(HEAD + REGION + RUN + b'pid 1\n'),
     ['line 4', 'before']),
    ('a number too large', ended(HEAD + b'pid 99999999999999999999\n', 0, 0),
     ['line 2', 'too long']),
    ('a number of signs', ended(HEAD + b'time-1700000000\n', 0, 0),
     ['line 2', 'not a line']),
    ('a name too long', ended(HEAD + b'comm ' + b'x' * 99 + b'\n', 0, 0),
     ['line 2', 'too long']),
    ('an unknown line', ended(HEAD + b'colour red\n', 0, 0),
     ['line 2', 'not a line']),
    ('a long line', HEAD + b'comm ' + b'x' * 5000, ['line 2', 'too long']),
    ('a NUL', GOOD.replace(b'some name', b'some\0name'), ['line 3', 'binary']),
    ('NULs', b't' + bytes(5000), ['line 1', 'binary']),
    ('noise', bytes(range(256)) * 64, ['line 1']),
    ('text', b'to be, or not to be\n', ['line 1', 'not a snapshot']),
    ('other text', b'Hello\n', ['line 1', 'not a line of a memory trace']),
    ('nothing', b'', ['empty']),
    ('a trace cut off', TRACE + b' L 1ffe', ['line 5', 'cut off']),
    ('a trace of comments', b'==1== Lackey\n', ['no memory access']),
    ('no length', TRACE + b' L 1000\n', ['line 5', 'not a line']),
    ('a length of 0', TRACE + b' L 1000,0\n', ['line 5', 'not a line']),
    ('a length of signs', TRACE + b' L 1000,-8\n', ['line 5', 'not a line']),
    ('an absurd length', TRACE + b' L 1000,99999999999999999999\n',
     ['line 5', 'not a line']),
    ('an address of signs', TRACE + b' L -1000,8\n', ['line 5', 'not a line']),
    ('an address too far', TRACE + b' L ffffffffff600000,8\n',
     ['line 5', 'beyond']),
    ('an address far too long', TRACE + b' L ' + b'f' * 40 + b',8\n',
     ['line 5', 'not a line']),
    ('an unknown access', TRACE + b' X 1000,8\n', ['line 5', 'not a line']),
    ('a NUL in a trace', TRACE + b' L 10\x0000,8\n', ['line 5', 'binary']),
    ('a long line in a trace', TRACE + b'I  ' + b'0' * 5000, ['line 5']),
]

tap = cli.Tap()
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'input')
    for name, content, words in BAD:
        with open(path, 'wb') as f:
            f.write(content)
        tap.refused(name, 2, [path] + words, 'cost', path)
        left = set(os.listdir(folder))
        status, out, err = cli.run('snapshot', path, '-o', path + '.out')
        tap.check(status == 2 and set(os.listdir(folder)) == left,
                  name + ': nothing is written', status, err)
        tap.refused(name + ', from standard input', 2, words, 'cost', '-',
                    data=content)

    # A gigabyte in one line, and more lines than fit, in little memory.
    for name, end, command in (
            ('a line', 2, "printf tarry; tr '\\0' x </dev/zero | head -c 1G"),
            ('a trace', 0, "yes ' L 1ffefff9a0,8' | head -c 208M"),
            ('zeros', 2, 'head -c 1G /dev/zero')):
        script = '{ %s; } 2>/dev/null | (ulimit -v %s; exec "$0" cost -)' % (
            command, 'unlimited' if os.environ.get('CLI_SANITIZED')
            else '200000')
        done = cli.subprocess.run(['sh', '-c', script, cli.TARRY],
                                  capture_output=True, timeout=120)
        tap.check(done.returncode == end and
                  done.stderr.count(b'\n') == (end != 0),
                  'much: ' + name, done)

    with open(path, 'wb') as f:
        f.write(GOOD)
    status, text, err = cli.run('cost', path, '--json')
    cost = json.loads(text)
    four = [f for f in cost['formats'] if f['format'] == 'x86_64-4'][0]
    tap.check(cost['present_bytes'] == 0x3000 and cost['regions'] == 1 and
              cost['kernel_vmpte_bytes'] == 0x5000 and
              cost['comm'] == 'some name' and
              four['as_it_is']['tables_by_level'] == [1, 1, 1, 1] and
              four['as_it_is']['bytes_by_level'] == [4096] * 4 and
              four['as_it_is']['bytes'] == 16384 and
              four['as_it_is']['reclaim_could_return'] == 4096,
              'the cost of three pages', text)
    # A leaf table of 256 bytes, two tables of 4K and a root of 64K: in pages
    # of 64K they stand in three, or each in its own.
    fine = [f for f in cost['formats'] if f['format'] == 'powerpc64-64k'][0]
    tap.check(fine['as_it_is']['backing_bytes_by_policy'] ==
              {'recycle': 3 << 16, 'sticky': 3 << 16, 'whole': 4 << 16} and
              four['as_it_is']['backing_bytes_by_policy'] ==
              {'recycle': 16384, 'sticky': 16384, 'whole': 16384},
              'the cost of pages that tables share', text)
    huge = ended(HEAD + b'region 0 c0000000 rw-p \n'
                 b'run 1000 1000 4K present\nrun 200000 400000 2M present\n'
                 b'run 40000000 40000000 1G present\n'
                 b'run 80000000 400000 4K present\n'
                 b'run 80400000 1000 4K swapped\n', 1, 5)
    status, text, err = cli.run('cost', '-', '--json', data=huge)
    four = [f for f in json.loads(text)['formats']
            if f['format'] == 'x86_64-4'][0]
    # as it is: leaf tables at 0, 2G, 2G+2M, 2G+4M; directories at 0 and 2G.
    # all small: at 0; two for the 2M pages; 512 and a directory for the 1G.
    # largest: the 4K run at 2G is two leaves of 2M; the mark stays alone.
    tap.check([four[k]['tables_by_level'] for k in
               ('as_it_is', 'all_small', 'largest')] ==
              [[4, 2, 1, 1], [518, 3, 1, 1], [2, 2, 1, 1]],
              'the cost of huge pages', text)
    odd = ended(HEAD + b'comm \xff\xfe\n' + REGION + RUN)
    status, text, err = cli.run('cost', '-', '--json', data=odd)
    tap.check(status == 0 and json.loads(text)['comm'] == '??',
              'a name that is not UTF-8', text, err)
    apart = ended(HEAD + REGION + b'run 200000 1000 4K present\n'
                  b'run 201000 1000 4K present\n', 1, 2)
    status, out, err = cli.run('snapshot', '-', data=apart)
    tap.check(b'run 200000 2000 4K present\nend 1 1 ' in out,
              'neighbours are joined', out, err)
    tap.check(cli.run('snapshot', '-', data=out) == (0, out, b''),
              'what was written is read as it was')

    status, out, err = cli.run('snapshot', '-', data=TRACE +
                               b' M 1fff000ffe,8\n** from the program\n')
    tap.check(status == 0 and
              b'region 4016000 4017000 r-xp \nrun 4016000 1000 ' in out and
              b'region 1ffefff000 1fff002000 rw-p \n'
              b'run 1ffefff000 3000 4K present\n' in out and
              b'\nend 2 2 ' in out,
              'the pages of a trace', out, err)

    # Where it is written to.
    out = os.path.join(folder, 'out')
    for name, to, words in (
            ('a full disk', '/dev/full', ['/dev/full', 'space']),
            ('a folder', folder, [folder, 'directory']),
            ('no folder', folder + '/no/file', [folder + '/no/file']),
            ('a name too long', folder + '/' + 'x' * 300, ['too long'])):
        tap.refused(name, 1, words, 'snapshot', path, '-o', to)
    os.mkfifo(out + '.fifo')
    for mode in (0o600, 0o644):
        with open(out, 'wb') as f:
            f.write(b'old')
        os.chmod(out, mode)
        status, text, err = cli.run('snapshot', path, '-o', out, '--json')
        with open(out, 'rb') as f:
            tap.check(status == 0 and f.read() == GOOD and
                      json.loads(text)['file'] == out and
                      os.stat(out).st_mode & 0o777 == mode,
                      'a file is replaced, its mode kept', status, text, err)
    link, target = os.path.join(folder, 'link'), os.path.join(folder, 'to')
    os.symlink('to', link)
    tap.refused('a link to nothing', 1, [link], 'snapshot', path, '-o', link)
    with open(target, 'wb') as f:
        f.write(b'old')
    status, text, err = cli.run('snapshot', path, '-o', link)
    with open(target, 'rb') as f:
        tap.check(status == 0 and os.path.islink(link) and f.read() == GOOD,
                  'a link stays, its file is replaced', status, err)
    with open(target, 'wb') as f:
        done = cli.subprocess.run([cli.TARRY, 'snapshot', path, '-o',
                                   '/proc/self/fd/1'], stdout=f)
    with open(target, 'rb') as f:
        tap.check(done.returncode == 0 and f.read() == GOOD,
                  'a standard output that is a file', done)
    os.remove(link)
    os.remove(target)
    with open(out, 'wb') as f:
        f.write(b'old')
    done = cli.subprocess.run(
        [cli.TARRY, 'snapshot', path, '-o', out], capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)))
    with open(out, 'rb') as f:
        tap.check(done.returncode == 1 and f.read() == b'old' and
                  done.stderr.count(b'\n') == 1 and
                  out.encode() in done.stderr,
                  'a limit on the size of files', done)
    os.remove(out)
    before = os.umask(0o077)
    cli.run('snapshot', path, '-o', out)
    os.umask(before)
    tap.check(os.stat(out).st_mode & 0o777 == 0o600,
              'a new file is as private as the umask says')
    tap.check(sorted(os.listdir(folder)) == ['input', 'out', 'out.fifo'],
              'nothing half-written is left', os.listdir(folder))
tap.end()
