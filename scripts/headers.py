# SPDX-License-Identifier: MIT
"""What our headers declare: read by check-docs, export-map and others.

Not a C parser: it knows the subset that the headers keep to (one declaration
a statement, no declarator that hides its name).
"""
import re


def without_comments(text):
    """Comments become blanks; lines stay where they are."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*', blank, text, flags=re.S)


def without_preprocessor(text):
    """Directives become blanks, with their continuation lines."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group(0))
    return re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', blank, text, flags=re.M)


class Function:
    def __init__(self, name, params, inline, line):
        self.name = name
        self.params = params
        self.inline = inline
        self.line = line


def split_params(text):
    """Names of the parameters in the text between the outer brackets."""
    parts, depth, part = [], 0, ''
    for c in text:
        if c == ',' and depth == 0:
            parts.append(part)
            part = ''
            continue
        depth += {'(': 1, ')': -1}.get(c, 0)
        part += c
    parts.append(part)
    names = []
    for p in parts:
        p = re.sub(r'\s+', ' ', p).strip()
        if p in ('', 'void'):
            continue
        pointer = re.match(r'.*?\(\s*\*\s*(\w+)\s*\)', p)
        names.append(pointer.group(1) if pointer
                     else re.findall(r'\w+', re.sub(r'\[[^]]*\]', '', p))[-1])
    return names


def functions(text):
    """All functions that a header declares or defines inline."""
    text = without_preprocessor(without_comments(text))
    text = re.sub(r'extern\s+"C"\s*\{', lambda m: ' ' * len(m.group(0)), text)
    found, start, depth = [], 0, 0
    for i, c in enumerate(text):
        if c == '{':
            if depth == 0:
                found += one_function(text[start:i], text, start, True)
            depth += 1
        elif c == '}':
            depth = max(0, depth - 1)
            if depth == 0:
                start = i + 1
        elif c == ';' and depth == 0:
            found += one_function(text[start:i], text, start, False)
            start = i + 1
    return found


def one_function(statement, text, start, body):
    head = statement.strip()
    match = re.search(r'\b(\w+)\s*\(', head)
    if not match or head.startswith('typedef') or '=' in head[:match.start()]:
        return []
    if match.group(1) in ('__attribute__', '_Static_assert'):
        return []
    depth, end = 0, match.end() - 1
    for end in range(match.end() - 1, len(head)):
        depth += {'(': 1, ')': -1}.get(head[end], 0)
        if depth == 0:
            break
    lead = len(statement) - len(statement.lstrip())
    line = text.count('\n', 0, start + lead) + 1
    inline = body or head.startswith('static')
    return [Function(match.group(1), split_params(head[match.end():end]),
                     inline, line)]


def docstrings(text):
    """name -> (first line number, text) of each /** name() ... */ comment."""
    docs = {}
    for match in re.finditer(r'/\*\*\n(.*?)\*/', text, re.S):
        body = '\n'.join(re.sub(r'^\s*\*? ?', '', line, count=1)
                         if line.strip() != '*' else ''
                         for line in match.group(1).split('\n'))
        name = re.match(r'(\w+)\(\)', body)
        line = text.count('\n', 0, match.start()) + 1
        docs[name.group(1) if name else '?%d' % line] = (line, body)
    return docs


def errors(text):
    """Names of the error list, TARRY_ and all."""
    return ['TARRY_' + name
            for name in re.findall(r'\bX\((\w+),\s*\d+', text)]
