# SPDX-License-Identifier: MIT
"""What the plots of docs/ have in common: gnuplot draws them."""
import subprocess
import sys


def block(name, rows):
    """Data to plot as $name."""
    return ['$%s << END' % name] + \
        [' '.join('%s' % c for c in row) for row in rows] + ['END']


def draw(path, size, lines, png=False):
    """Writes what the lines of gnuplot's draw; path: None for stdout."""
    terminal = ('pngcairo size %d,%d font "sans,10"' if png else
                'svg size %d,%d dynamic font "sans-serif,11" background '
                '"#ffffff"') % size
    script = ['set terminal ' + terminal,
              'set output "%s"' % path if path else '',
              'set border 3 lc rgb "#888888"', 'set tics nomirror',
              'set grid y lc rgb "#dddddd" lt 1'] + lines
    try:
        done = subprocess.run(['gnuplot'], input='\n'.join(script) + '\n',
                              text=True, check=False)
    except FileNotFoundError:
        sys.exit('gnuplot is missing: scripts/setup bench')
    if done.returncode:
        sys.exit('gnuplot ended with %d' % done.returncode)
