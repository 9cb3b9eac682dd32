#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The words of the command line: wrong ones are named and end with 2; what a
command's help says, the manual says, and the other way round."""
import json
import os
import re
import subprocess

import cli_program as cli

MANUAL = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      '../../man/tarry.1')
COMMANDS = ['snapshot', 'cost', 'stress', 'formats', 'version']

BAD = [
    (['frobnicate'], 'frobnicate'),
    (['two\nlines'], 'no such command'),
    (['help', 'frobnicate'], 'frobnicate'),
    (['help', 'cost', 'more'], 'more'),
    (['version', 'more'], 'more'),
    (['formats', 'more'], 'more'),
    (['formats', '--frob'], '--frob'),
    (['cost'], 'wants a process'),
    (['cost', '1', '2'], '2: one argument too many'),
    (['cost', '--frob', '1'], '--frob'),
    (['cost', '1', '--frob'], '--frob'),
    (['cost', '-xyz'], '-xyz'),
    (['cost', '1', '-xyz'], '-xyz'),
    (['cost', '--json=yes', '1'], '--json=yes'),
    (['cost', '-5'], '-5'),
    (['cost', ''], "''"),
    (['cost', '0'], '0: not a process number'),
    (['cost', '4194305'], '4194305: not a process number'),
    (['cost', '9' * 40], '9' * 40 + ': not a process number'),
    (['cost', '12x'], '12x: No such file'),
    (['cost', '/no/such/file'], '/no/such/file'),
    (['cost', '/'], '/: is a directory'),
    (['cost', '/dev/null'], '/dev/null: empty'),
    (['snapshot'], 'wants a process'),
    (['snapshot', '1', '-o'], '-o: wants a value'),
    (['snapshot', '1', '--output'], '--output: wants a value'),
    (['snapshot', '1', '-o', ''], '-o'),
    (['snapshot', '1', '--json'], '--json'),
]


def options(text):
    return set(re.findall(r'^ +(?:-\w, )?(--[a-z][a-z-]*)', text, re.M))


def manual():
    """Of each command, the options that its section lists."""
    with open(MANUAL, encoding='utf-8') as f:
        parts = re.split(r'^\.S[sh] (.*)$', f.read(), flags=re.M)
    return {name: set('--' + o for o in
                      re.findall(r'^\.It.*Fl Fl ([a-z-]+)', body, re.M))
            for name, body in zip(parts[1::2], parts[2::2])}


tap = cli.Tap()
for args, word in BAD:
    tap.refused(' '.join(args).replace('\n', ' '), 2, [word], *args)
status, out, err = cli.run()
tap.check(status == 2 and out == b'' and b'usage' in err, 'no words at all')

sections = manual()
status, out, err = cli.run('help')
for command in COMMANDS:
    tap.check(b'  %s ' % command.encode() in out, 'help lists ' + command)
    status, text, err = cli.run(command, '--help')
    found = options(text.decode())
    tap.check(status == 0 and text.startswith(b'usage: tarry ') and err == b'',
              command + ' --help', status, text, err)
    tap.check(cli.run('help', command) == (0, text, b''), 'help ' + command)
    tap.check(found and found == sections.get(command),
              command + ': the manual lists what --help lists',
              found, sections.get(command))
status, out, err = cli.run('version')
tap.check(status == 0 and re.fullmatch(rb'tarry \d+\.\d+\.\d+\n', out) and
          cli.run('--version') == (0, out, b''), 'version', out)
status, text, err = cli.run('version', '--json')
tap.check(json.loads(text)['version'] == out.decode().split()[1],
          'version --json', text)
status, out, err = cli.run('formats')
status, text, err = cli.run('formats', '--json')
names = [f['name'] for f in json.loads(text)]
tap.check(names and all(n.encode() in out for n in names),
          'formats, text and JSON', out, text)

for args in (['version'], ['help'], ['formats'], ['formats', '--json'],
             ['cost', '--help'], ['stress', '--help'], ['cost', os.getpid()],
             ['cost', '--json', os.getpid()], ['snapshot', os.getpid()]):
    with open('/dev/full', 'w') as full:
        done = subprocess.run([cli.TARRY] + [str(a) for a in args],
                              stdout=full, stderr=subprocess.PIPE)
    tap.check(done.returncode == 1 and done.stderr.count(b'\n') == 1,
              'a full standard output: ' + str(args[:2]), done)
tap.end()
