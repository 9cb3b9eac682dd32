#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""embed_check.py ROOT: what TARRY_EMBED_CHECK takes and refuses, in C11 and
C++17 with both compilers, each refusal in its own words; and that the lives of
tables and pages in docs/embedding.md are those of src/state.h.  TAP."""
import os
import re
import subprocess
import sys

COMPILERS = [['gcc', '-std=c11', '-xc'], ['clang', '-std=c11', '-xc'],
             ['g++', '-std=c++17', '-xc++'],
             ['clang++', '-std=c++17', '-xc++']]

PAGE = '''struct page {
	unsigned long flags;
	void *next, *prev;
	int refcount, mapcount;
	struct tarry_embedded tarry;
};
'''
# title, descriptor, size and offset as told to src/, part of the refusal or
# None where it must compile
CASES = [
    ('a descriptor that fits', PAGE, '64', '32', None),
    ('said with sizeof and offsetof', PAGE, 'sizeof(struct page)',
     'offsetof(struct page, tarry)', None),
    ('in an unnamed union, beside words for other uses of the page',
     PAGE.replace('struct tarry_embedded tarry;', '''union {
		struct tarry_embedded tarry;
		struct { void *mapping; unsigned long index; };
	};'''), '64', '32', None),
    ('another size', PAGE, '72', '32', 'TARRY_EMBED_SIZE'),
    ('another offset', PAGE, '64', '24', 'TARRY_EMBED_OFFSET'),
    ('a descriptor that grew', PAGE.replace('int refcount', 'long refcount'),
     '64', '32', 'TARRY_EMBED_SIZE'),
    ('a part that is only as large',
     PAGE.replace('struct tarry_embedded tarry', 'unsigned long tarry[4]'),
     '64', '32', 'struct tarry_embedded'),
    ('a packed descriptor', PAGE.replace('};', '''	char more[4];
} __attribute__((packed));'''), '68', '32', 'aligned in every descriptor'),
]


def checks(root):
    for title, page, size, offset, refusal in CASES:
        text = '''#include "tarry/embed.h"
%s#define TARRY_EMBED_SIZE %s
#define TARRY_EMBED_OFFSET %s
TARRY_EMBED_CHECK(struct page, tarry);
''' % (page, size, offset)
        for compiler in COMPILERS:
            done = subprocess.run(
                [*compiler, '-Wall', '-Wextra', '-Werror', '-Wno-packed',
                 '-fsyntax-only', '-I' + os.path.join(root, 'include'), '-'],
                input=text, capture_output=True, text=True, check=False)
            if refusal:
                ok = done.returncode != 0 and refusal in done.stderr
            else:
                ok = done.returncode == 0
            yield '%s, %s' % (title, compiler[0]), ok, done.stderr


def steps_of_code(text, array, prefix):
    body = re.search(r'%s\[.*?= \{(.*?)\};' % array, text, re.S).group(1)
    return {(m.group(1), to)
            for m in re.finditer(r'\[%s(\w+)\] =(.*?),\n' % prefix, body, re.S)
            for to in re.findall(prefix + r'(\w+)', m.group(2))}


def steps_of_guide(text, title):
    part = text[text.index(title):]
    rows = re.search(r'\n\| from \|.*?\n\|[-|]+\n(.*?)\n\n', part, re.S)
    return {(a, b) for a, b in re.findall(r'^\| (\w+) \| (\w+) \|',
                                          rows.group(1) + '\n', re.M)}


def tables(root):
    def read(path):
        with open(os.path.join(root, path), encoding='utf-8') as f:
            return f.read()
    code, guide = read('src/state.h'), read('docs/embedding.md')
    for title, array, prefix in (
            ('### The life of a table', 'tarry_table_steps', 'TARRY_STATE_'),
            ('### The life of a page', 'tarry_page_steps', 'TARRY_USE_')):
        here = steps_of_code(code, array, prefix)
        there = steps_of_guide(guide, title)
        yield ('%s in docs/embedding.md is that of src/state.h' % title[4:],
               here == there and len(here) > 4,
               'only in the code: %s; only in the guide: %s' % (
                   sorted(here - there), sorted(there - here)))


def main():
    n = failed = 0
    for title, ok, why in [*checks(sys.argv[1]), *tables(sys.argv[1])]:
        n += 1
        failed += not ok
        print('%s %d - %s' % ('ok' if ok else 'not ok', n, title))
        if not ok:
            print(''.join('# %s\n' % line for line in why.split('\n')))
    print('1..%d' % n)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
