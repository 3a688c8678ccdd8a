"""Small templates, feature by feature, with what the reference makes of them.

Usage: features.py > ../resources/dev/unbusy/jinja/features.jsonl

The recorded file lets the unit tests run without Python; a test compares it with a fresh recording.
"""

import json

import reference

DATA = {
    "s": "Hello, World",
    "xs": ["b", "a", "C"],
    "ys": [3, 1, 2.5],
    "d": {"b": 1, "a": [1, {"x": None}], "items": "shadowed"},
    "rows": [{"n": "x", "v": 2}, {"n": "Y", "v": 1}, {"n": "x", "v": None}],
    "text": "one\ntwo\n\nthree\n",
    "nothing": None,
    "yes": True,
    "injection": "{{ 7*7 }}{% raw %}{# x #}",
    "emoji": "a😀中",
}

FEATURES = {
    "text and whitespace": [
        "plain", "a\n", "a\n\n", "", "\n", "a\r\nb\rc", "{{ 1 }}\n{{ 2 }}\n", "{% if yes %}\nx\n{% endif %}\ny", "  {% if yes %}x{% endif %}  ", "a  {%- if yes -%}  b  {%- endif -%}  c",
        "a\n  {%+ if yes %}b{% endif %}", "{% if yes +%}\nb{% endif %}", "x {# comment #} y", "x\n  {# comment #}\ny", "x {#- comment -#} y", "{# {{ #}", "{% raw %}{{ x }}{% y %}{% endraw %}",
        "{%- raw -%}  {{ x }}  {%- endraw -%}  z", "a {{- ' b ' -}} c", "{{ '{{' }}", "{{ \"}}\" }}", "{{ {'a': {'b': 1}}.a.b }}", "\t{% if yes %}\n\t\tx\n\t{% endif %}\n", "a{% raw %}", "{#", "a {#- ", "{{ 1 -}}\n\n  b",
        "{%if yes%}x{%endif%}", "{{1}}{{2}}", "{% set x = 1 %}\n\n{{ x }}",
    ],
    "literals": [
        "{{ 'a' \"b\" 'c' }}", "{{ 'it\\'s' }}", "{{ '\\n\\t\\x41\\u00e9\\U0001F600\\101\\q\\\\' }}", "{{ '\\é' }}", "{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1.5e3 }} {{ 1e-7 }} {{ 123456789012345678901234567890 }}",
        "{{ [1, 'a', none, True, 2.0, [], {}, ()] }}", "{{ (1,) }} {{ () }} {{ (1, 2) }}", "{{ {'a': 1, 2: 'b', none: 3, true: 4, 1.5: 5} }}", "{{ {1: 'a', true: 'b', 1.0: 'c'} }}", "{{ 1, 2 }}", "{{ none }} {{ None }} {{ true }} {{ False }}",
        "{{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }} {{ 5e-324 }} {{ 1.7976931348623157e308 }} {{ 100.0 }} {{ -0.0 }}", "{{ 'a\nb' }}", "{{ '\\N{BULLET}' }}", "{{ 'x\\", "{{ 'abc }}",
    ],
    "printing": [
        "{{ xs }} {{ d }} {{ ys }}", "{{ nothing }} {{ yes }} {{ undef }}|", "{{ [undef] }}", "{{ \"it's\" ~ ['it\\'s', 'say \"x\"', 'both \\' \"'] }}", "{{ [emoji, '\\n\\t\\x00\\x7f\\xa0\\u200b\\\\'] }}", "{{ d.items() }} {{ d.keys() }} {{ d.values() }}",
        "{{ range(3) }} {{ range(1, 9, 2) }}", "{{ namespace(a=1) }}", "{{ injection }}", "{{ injection | trim ~ injection }}",
    ],
    "arithmetic": [
        "{{ 1 + 2 * 3 - 4 }} {{ 7 / 2 }} {{ 6 / 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}", "{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 100 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 4 ** 0.5 }}",
        "{{ 9223372036854775807 + 1 }} {{ -9223372036854775808 - 1 }} {{ 4611686018427387904 * 4 }}", "{{ 1 + true }} {{ true + true }} {{ -true }} {{ +false }}", "{{ 'ab' * 3 }} {{ 3 * 'ab' }} {{ [1] * 2 }} {{ (1, 2) * 2 }} {{ 'a' * -1 }}|",
        "{{ 'a' + 'b' }} {{ [1] + [2] }} {{ (1,) + (2,) }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ 'a' + 1 }}", "{{ 1 + nothing }}", "{{ undef + 1 }}", "{{ 'a' ~ 1 ~ none ~ [2] ~ 1.0 }}", "{{ 10**25 // 7 }} {{ 10**25 % 7 }} {{ 10**25 / 7 }}", "{{ 0.1 + 0.2 }}",
        "{{ 1 - 1.0 }} {{ 5 // 0.3 }}", "{{ -5 | abs }} {{ -5.5 | abs }}", "{{ 1 if 2 > 1 else 3 }}",
    ],
    "percent formatting": [
        "{{ '%s' % 'x' }} {{ '%s %s' % (1, 'b') }} {{ '%d%%' % 5 }}", "{{ '%5d|%-5d|%05d|%+d' % (1, 2, 3, 4) }}", "{{ '%.2f %5.1f %e %g' % (1.005, 2.25, 12345.678, 0.0001) }}", "{{ '%r %a' % ('é', 'é') }}", "{{ '%(a)s-%(b)d' % {'a': 1, 'b': 2} }}",
        "{{ '%x %X %o %#x' % (255, 255, 8, 255) }}", "{{ '%*d' % (5, 1) }}", "{{ '%s' % xs }}", "{{ 'x' % xs }}|{{ 'x' % {} }}", "{{ 'x' % 1 }}", "{{ '%s' % () }}", "{{ '%d' % 'a' }}", "{{ '%s' % undef }}|", "{{ '%c%c' % (65, 'b') }}", "{{ '% %' % 1 }}", "{{ '%q' % 1 }}", "{{ '%' % 1 }}", "{{ '%d' % 3.9 }}",
    ],
    "str.format": [
        "{{ '{} {}'.format(1, 'a') }} {{ '{1} {0}'.format(1, 'a') }} {{ '{x}'.format(x=1) }}", "{{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd') }}", "{{ '{:05d} {:+} {:,} {:x} {:#b} {:_}'.format(42, 1, 1234567, 255, 5, 1234567) }}",
        "{{ '{:.2f} {:10.3e} {:g} {:%} {:.3}'.format(1.005, 12345.678, 1e20, 0.5, 2.0) }}", "{{ '{!r} {!s} {!a}'.format('é', 'é', 'é') }}", "{{ '{0[a]} {0.b} {1[0]}'.format({'a': 1, 'b': 2}, xs) }}", "{{ '{{}}'.format() }}", "{{ '{'.format() }}", "{{ '}'.format() }}", "{{ '{}'.format() }}",
        "{{ '{a}'.format() }}", "{{ '{:{}}'.format('x', 5) }}|", "{{ '{:d}'.format('x') }}", "{{ '{:s}'.format(1) }}", "{{ '{} {}'.format(*xs) }}", "{{ '{0.__class__}'.format(1) }}|", "{{ '{a}'.format_map({'a': 1}) }}", "{{ '%s' | format('x') }} {{ '%(a)s' | format(a=1) }}", "{{ '{:}'.format([1]) }}",
    ],
    "comparison": [
        "{{ 1 == 1.0 }} {{ 1 == true }} {{ 'a' == 'a' }} {{ [1] == [1.0] }} {{ (1,) == [1] }} {{ none == false }} {{ undef == undef2 }} {{ undef == none }}", "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 >= 2 }}", "{{ 'a' < 'b' }} {{ 'Z' < 'a' }} {{ [1, 2] < [1, 3] }} {{ [] < [0] }}", "{{ 1 < 'a' }}",
        "{{ none < 1 }}", "{{ undef < 1 }}", "{{ 'a' in 'abc' }} {{ 'b' in xs }} {{ 'b' in d }} {{ 1 in d.values() }} {{ 'x' not in xs }} {{ 2 in range(3) }} {{ '' in '' }}", "{{ 1 in 'a' }}", "{{ 1 in 5 }}", "{{ 'a' in undef }}", "{{ undef in 'a' }}", "{{ not 1 == 2 }}", "{{ (not yes) in [false] }}",
        "{{ 9007199254740993 == 9007199254740992.0 }} {{ 10**30 > 1e30 }}", "{{ '\\uffff' < '\\U0001F600' }}", "{{ d == {'a': [1, {'x': none}], 'b': 1, 'items': 'shadowed'} }}",
    ],
    "logic": ["{{ 0 or 'x' }} {{ 'a' and 'b' }} {{ '' and 'b' }}| {{ [] or {} }} {{ none or undef }}|", "{{ not '' }} {{ not 'a' }} {{ not undef }} {{ not [] }} {{ not 0.0 }} {{ not [0] }}", "{{ 'a' if yes }}|{{ 'a' if not yes }}|", "{{ ('a' if not yes).x }}", "{{ 1 if false else 2 if false else 3 }}", "{{ 'y' if undef is defined and undef.x else 'n' }}"],
    "attributes and items": [
        "{{ d.b }} {{ d['b'] }} {{ d.a[1].x }} {{ d.missing }}|", "{{ d.items is callable }}", "{{ d['items'] }}", "{{ d.missing.x }}", "{{ d.pop }}|{{ d.pop is defined }}", "{{ d.pop('b') }}", "{{ xs.append('x') }}", "{{ d.update({}) }}", "{{ xs[0] }} {{ xs[-1] }} {{ xs[9] }}| {{ xs['0'] }}| {{ xs.0 }}",
        "{{ xs[1:] }} {{ xs[:-1] }} {{ xs[::-1] }} {{ xs[::2] }} {{ xs[5:] }} {{ xs[-2:] }} {{ s[::-1] }} {{ s[7:] }} {{ s[-5:-1] }} {{ s[::-2] }}", "{{ emoji[1] }} {{ emoji[1:] }} {{ emoji[::-1] }} {{ emoji | length }} {{ emoji[-1] }}", "{{ xs[::0] }}", "{{ xs['a':] }}", "{{ d[1:] }}", "{{ range(10)[2:8:3] }} {{ range(10)[-1] }}",
        "{{ s.__class__ }}|{{ s.__class__.x }}", "{{ d._x }}|", "{{ (1).real }} {{ 1.5.imag }}", "{{ nothing.x }}|", "{{ nothing.x.y }}", "{{ undef.x }}", "{{ undef['x'] }}", "{{ d[[1]] }}|", "{{ d[none] }}|", "{{ s.nope }}|{{ s.nope() }}", "{{ xs[1, 2] }}|", "{{ d.get('b') }} {{ d.get('z') }} {{ d.get('z', 5) }} {{ d.get([]) }}",
        "{{ d.copy() == d }} {{ d | length }}", "{{ xs.index('a') }} {{ xs.count('a') }}", "{{ xs.index('zz') }}", "{{ (1, 2, 1).count(1) }}", "{{ s | attr('upper') is callable }} {{ d | attr('b') }}|",
    ],
    "string methods": [
        "{{ 'a,b,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ ' a  b '.split() }} {{ ' a b c '.split(none, 1) }} {{ 'abc'.split('x') }} {{ ''.split(',') }} {{ ''.split() }}", "{{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b c '.rsplit(none, 1) }} {{ 'a</think>b</think>c'.split('</think>')[-1] }}",
        "{{ 'a'.split('') }}", "{{ '  x '.strip() }}|{{ 'xxaxx'.strip('x') }} {{ '\\n a\\n'.lstrip('\\n') }}|{{ 'abc'.rstrip('cb') }}", "{{ s.upper() }} {{ s.lower() }} {{ 'hELLO wORLD'.capitalize() }} {{ \"they're bill's\".title() }} {{ 'aBc'.swapcase() }}", "{{ s.startswith('He') }} {{ s.endswith(('x', 'ld')) }} {{ s.startswith('l', 2) }} {{ ''.startswith('', 1) }}",
        "{{ s.replace('l', 'L') }} {{ s.replace('l', 'L', 1) }} {{ 'abc'.replace('', '-') }} {{ ''.replace('', 'x') }}", "{{ s.find('o') }} {{ s.rfind('o') }} {{ s.find('z') }} {{ s.count('l') }} {{ 'aaa'.count('aa') }} {{ emoji.find('中') }} {{ 'abc'.count('') }}", "{{ s.index('z') }}", "{{ ','.join(xs) }} {{ ''.join('abc') }}", "{{ ','.join([1]) }}",
        "{{ text.splitlines() }} {{ text.splitlines(true) }} {{ 'a\\r\\nb\\rc\\x0bd\\u2028e'.splitlines() }}", "{{ '12'.isdigit() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ ''.isdigit() }} {{ 'ab1'.isalnum() }} {{ 'ab'.isalpha() }} {{ ' '.isspace() }} {{ 'Ab'.istitle() }} {{ 'AB'.isupper() }} {{ 'ab'.islower() }}",
        "{{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }}", "{{ 'a-b-c'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'abc'.partition('-') }}", "{{ 'a'.center(5, '*') }} {{ 'ab'.center(5, '*') }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '0') }} {{ '-5'.zfill(4) }}", "{{ 'a\\tb'.expandtabs(4) }}|",
        "{{ 'ß'.upper() }} {{ 'ﬁ'.title() }} {{ 'ΑΣ'.lower() }} {{ 'ΑΣΑ'.lower() }} {{ 'İ'.lower() }} {{ 'ǆ'.title() }} {{ 'ŉ'.capitalize() }} {{ 'ᾲ'.title() }}", "{{ 'a'.split(',', 10**25) }}", "{{ s.strip(1) }}", "{{ s.upper(1) }}", "{{ s.split(maxsplit=1) }} {{ s.split(sep=',', maxsplit=1) }}",
        "{{ 'x'.isascii() }} {{ 'é'.isascii() }} {{ 'a\\n'.isprintable() }} {{ 'a1'.isidentifier() }}",
    ],
    "if": ["{% if 0 %}a{% elif yes %}b{% else %}c{% endif %}", "{% if undef %}a{% else %}b{% endif %}", "{% if yes: %}a{% endif %}", "{% if 1, 0 %}a{% endif %}", "{% if yes %}a", "{% endif %}", "{% if %}a{% endif %}", "{% if false %}{{ 1|nofilter }}{% endif %}x", "{% if yes %}{{ 1|nofilter }}{% endif %}x", "{{ 1|nofilter }}", "{% if false %}{{ 1 is notest }}{% endif %}x", "{% if yes %}{% for x in xs %}{{ x|nofilter }}{% endfor %}{% endif %}"],
    "for": [
        "{% for x in xs %}{{ x }}{% endfor %}", "{% for x in [] %}a{% else %}b{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }};{% endfor %}", "{% for c in emoji %}{{ c }}-{% endfor %}", "{% for x in xs if x != 'a' %}{{ loop.index }}{{ x }}{{ loop.last }}{% else %}none{% endfor %}",
        "{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }}|{% endfor %}", "{% for x in xs %}{{ loop.cycle('o', 'e') }}{{ loop.changed(x == 'a') }}{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% for x in none %}{% endfor %}",
        "{% for x in undef %}a{% else %}b{% endfor %}", "{% for a, b in [(1, 2), [3, 4], 'xy'] %}{{ a }}{{ b }};{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for x in xs %}{% if x == 'a' %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in xs %}{% if x == 'a' %}{% continue %}{% endif %}{{ x }}{% endfor %}",
        "{% for x in xs %}{% continue %}{% else %}E{% endfor %}", "{% for x in xs %}{% break %}{% else %}E{% endfor %}", "{% for x in xs %}{% set y = x %}{% endfor %}{{ y }}|", "{% set y = 0 %}{% for x in xs %}{% set y = y + 1 %}{{ y }}{% endfor %}{{ y }}", "{% for x in xs %}{{ x }}{% endfor %}{{ x }}|", "{% for x in [[1, [2]], 3] recursive %}{{ loop.depth }}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}",
        "{% for x in xs %}{% for y in ys %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}", "{% for x in xs %}{% set loop = 1 %}{% endfor %}", "{% for loop in xs %}{% endfor %}", "{% for x in xs %}{{ loop(x) }}{% endfor %}", "{% for x in range(3) %}{{ x }}{% endfor %}{% for x in range(5, 0, -2) %}{{ x }}{% endfor %}", "{% for x in range(100001) %}{% endfor %}",
        "{% for x in xs | map('upper') %}{{ loop.length }}{{ x }}{% endfor %}", "{% break %}", "{% for x in xs %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "{% for x in xs if x is string and loop is undefined %}{{ x }}{% endfor %}", "{% for x in xs %}{{ loop }}{% endfor %}", "{% for true in xs %}{% endfor %}", "{% for x.y in xs %}{% endfor %}", "{% for x in (1, 2) %}{{ x }}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}",
    ],
    "set": [
        "{% set x = 1 %}{{ x }}", "{% set x, y = 1, 2 %}{{ x }}{{ y }}", "{% set x = 1, 2 %}{{ x }}", "{% set x, y = 'ab' %}{{ x }}{{ y }}", "{% set x, y = [1] %}", "{% set x %}a{{ 1 }}b{% endset %}{{ x }}", "{% set x | upper %}a{% endset %}{{ x }}", "{% set ns = namespace(a=1) %}{% set ns.a = ns.a + 1 %}{% set ns.b = 'x' %}{{ ns.a }}{{ ns.b }}{{ ns.c }}|",
        "{% set ns = namespace(n=0) %}{% for x in xs %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}", "{% set d.x = 1 %}", "{% set undef.x = 1 %}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}", "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}", "{% if not yes %}{% set s = 1 %}{% endif %}{{ s }}", "{{ s }}{% set s = 'new' %}{{ s }}",
        "{% set s = s ~ '!' %}{{ s }}", "{% set none = 1 %}", "{% set 1 = 2 %}", "{% set x = 5 %}{% set x %}{{ x }}{% endset %}{{ x }}", "{% set ns = namespace() %}{% set ns.x %}block{% endset %}{{ ns.x }}", "{% set ns = namespace(a=1) %}{% set ns.a, y = 5, 6 %}{{ ns.a }}{{ y }}", "{% set x = x %}{{ x }}|", "{% with %}{% set q = 1 %}{% endwith %}{{ q }}|",
    ],
    "macro": [
        "{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=1, a=2) }}{{ m() }}", "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}", "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m('x') }}",
        "{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}", "{% macro m() %}{{ later }}{% endmacro %}{% set later = 1 %}{{ m() }}", "{% macro m() %}{% set s = 'inner' %}{{ s }}{% endmacro %}{{ m() }}{{ s }}", "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}body{% endcall %}", "{% macro m() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b=3) m() %}{{ a }}{{ b }}{% endcall %}",
        "{% macro m() %}{{ caller is defined }}{{ caller() }}{% endmacro %}{{ m() }}", "{% macro m(a, b) %}{% endmacro %}{{ m.name }} {{ m.arguments }} {{ m.catch_kwargs }} {{ m }}", "{% macro m() %} x {% endmacro %}{{ m() | trim }}|{{ m() | length }}", "{% macro m(a=1, b) %}{% endmacro %}", "{% macro m(a, a) %}{% endmacro %}", "{% call s() %}{% endcall %}", "{% call s %}{% endcall %}", "{{ m() }}{% macro m() %}x{% endmacro %}",
        "{% macro m(a) %}{{ a is defined }}{{ a }}{{ a.x }}{% endmacro %}{{ m() }}", "{% for x in xs %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}", "{% macro outer() %}{% macro inner() %}i{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}{{ inner is defined }}", "{% macro m(*a) %}{% endmacro %}", "{% call namespace() %}{% endcall %}", "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(*[1]) }}{{ m(**{'x': 2}) }}",
    ],
    "blocks": ["{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}|", "{% with s = 'x', t = s %}{{ t }}{% endwith %}", "{% filter upper %}a{{ s }}{% endfilter %}", "{% filter replace('a', 'b') | trim %} aXa {% endfilter %}|", "{% filter length %}abc{% endfilter %}", "{% generation %}a{{ s }}{% endgeneration %}", "{% for x in xs %}{% generation %}{% break %}{% endgeneration %}{% endfor %}", "{% print 1, 'a' %}", "{% generation %}{% set g = 1 %}{% endgeneration %}{{ g }}|", "{% nope %}", "{% for x in xs %}{% filter upper %}{{ x }}{% continue %}{% endfilter %}{% endfor %}|"],
    "text filters": [
        "{{ '  a ' | trim }}|{{ 'xax' | trim('x') }}", "{{ s | upper }} {{ s | lower }} {{ 'aB cD-eF' | title }} {{ 'aB' | capitalize }} {{ 5 | upper }}", "{{ s | replace('l', 'L') }} {{ s | replace('l', 'L', 1) }} {{ 111 | replace(1, 2) }}", "{{ xs | join }} {{ xs | join(', ') }} {{ rows | join('-', attribute='n') }} {{ [1, none, 2.0] | join('|') }}", "{{ text | indent }}|{{ text | indent(2) }}|{{ text | indent(2, true) }}|{{ text | indent(2, blank=true) }}|{{ text | indent('> ') }}",
        "{{ '' | indent }}|", "{{ 'a' | center(5) }}|", "{{ 'foo bar baz qux' | truncate(9) }} {{ 'foo bar baz qux' | truncate(9, true) }} {{ 'foo bar baz qux' | truncate(11) }} {{ 'foo bar baz qux' | truncate(11, false, '...', 0) }}", "{{ 'x' | truncate(0, false, undef) }} {{ 'x' | truncate(1, false, 5) }}", "{{ 'x' | truncate(0, false, undef) }}", "{{ s | wordcount }} {{ 'a-b c_d é 1' | wordcount }}", "{{ s | string }} {{ 1 | string }}", "{{ none | trim }}", "{{ undef | upper }}|", "{{ s | reverse }} {{ emoji | reverse }}", "{{ 'a b&c/d' | urlencode }} {{ {'a b': 'c&d', 'e': 1} | urlencode }}",
        "{{ {'class': 'a\"b', 'id': none, 'n': 1} | xmlattr }}", "{{ s | default('x') }} {{ undef | default('x') }} {{ undef | default }}| {{ '' | default('x') }}| {{ '' | default('x', true) }} {{ none | d('x') }} {{ none | d('x', boolean=true) }}", "{{ undef.x | default('x') }}", "{{ d.missing | default('x') }}", "{{ 1000000 | filesizeformat }} {{ 1 | filesizeformat }} {{ 2048 | filesizeformat(true) }} {{ 999 | filesizeformat }} {{ '5e30' | filesizeformat }}",
    ],
    "markup": [
        "{{ '<' | safe }} {{ '<' + ('b' | safe) }} {{ ('b' | safe) + '<' }} {{ '<' ~ ('b' | safe) }}", "{{ '<a href=\"x\">' | e }} {{ '&' | escape | escape }} {{ '&' | e | forceescape }}", "{{ ('<%s>' | safe) % '<' }} {{ ('<{}>' | safe).format('<') }}", "{{ (s | safe) is string }} {{ (s | safe) is escaped }} {{ [s | safe] }}", "{{ ('a' | safe).join(['<', 'x' | safe]) }} {{ xs | join('<' | safe) }}", "{{ ('<a>' | safe) | upper }} {{ ('<a>' | safe).replace('a', '<') }} {{ ('<a>' | safe)[1:] }}", "{{ ('a' | safe) * 2 + '<' }}",
        "{{ ('a,<' | safe).split(',')[1] + '<' }}", "{{ d | tojson | safe }} {{ ['<' | safe] | tojson }}", "{{ {'a': 1}['a' | safe] }} {{ 'a' in {'a' | string: 1} }} {{ ('a' | safe) == 'a' }}", "{% set x %}<{% endset %}{{ x + ('<' | safe) }}", "{{ ('a' | safe) + 1 }}",
    ],
    "tojson": ["{{ d | tojson }} {{ s | tojson }} {{ none | tojson }} {{ yes | tojson }} {{ 1.0 | tojson }} {{ 1e20 | tojson }} {{ [] | tojson }} {{ {} | tojson }} {{ (1, 2) | tojson }}", "{{ 'é\"\\\\\\n\\t\\x00\\x7f</script>\\u2028' | tojson }} {{ emoji | tojson(ensure_ascii=true) }} {{ emoji | tojson }}", "{{ d | tojson(indent=2) }}", "{{ d | tojson(indent=4, ensure_ascii=false) }} {{ [[], {}, [1]] | tojson(indent=1) }}", "{{ d | tojson(indent='--') }} {{ [1] | tojson(indent=0) }}", "{{ d | tojson(separators=(',', ':')) }} {{ d | tojson(sort_keys=true) }}", "{{ {1: 'a', none: 2, true: 3, 1.5: 4} | tojson }}", "{{ {(1, 2): 3} | tojson }}", "{{ undef | tojson }}", "{{ range(3) | tojson }}", "{{ d.items() | tojson }}", "{{ {'b': 1, 1: 2} | tojson(sort_keys=true) }}"],
    "number filters": ["{{ '42' | int }} {{ '42.9' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ '0x1f' | int(0, 16) }} {{ ' 1_0 ' | int }} {{ 3.9 | int }} {{ -3.9 | int }} {{ none | int }} {{ true | int }} {{ '1e3' | int }}", "{{ undef | int }}", "{{ '1.5' | float }} {{ 'x' | float }} {{ 2 | float }} {{ 'inf' | float }} {{ 'nan' | float }} {{ ' 1e5 ' | float }}", "{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 5 | round }} {{ 15 | round(-1) }} {{ 25 | round(-1) }} {{ 1.21 | round(1, 'ceil') }} {{ 1.29 | round(1, 'floor') }} {{ -2.5 | round }}", "{{ 'x' | round }}", "{{ 'x' | abs }}", "{{ ys | sum }} {{ [] | sum }} {{ rows[:2] | sum('v') }} {{ ys | sum(start=10) }}", "{{ xs | sum }}"],
    "sequence filters": [
        "{{ xs | length }} {{ s | count }} {{ d | length }} {{ undef | length }}", "{{ 5 | length }}", "{{ xs | map('upper') | length }}", "{{ xs | first }} {{ xs | last }} {{ [] | first }}| {{ s | first }} {{ d | last }}", "{{ s | list }} {{ d | list }} {{ range(3) | list }}", "{{ xs | sort }} {{ xs | sort(reverse=true) }} {{ xs | sort(case_sensitive=true) }} {{ rows | sort(attribute='n') | map(attribute='v') | list }} {{ rows[:2] | sort(attribute='v,n') }}", "{{ [1, 'a'] | sort }}", "{{ ys | sort }} {{ ys | min }} {{ ys | max }} {{ xs | min }} {{ [] | max }}|",
        "{{ d | dictsort }} {{ {'b': 2, 'A': 1} | dictsort }} {{ {'b': 1, 'A': 2} | dictsort(true) }} {{ {'b': 1, 'A': 2} | dictsort(false, 'value') }} {{ {'b': 1, 'A': 2} | dictsort(reverse=true) }}", "{{ ['a', 'B', 'A', 'b'] | unique | list }} {{ [1, 1.0, true, 2] | unique | list }} {{ rows | unique(attribute='n') | list | length }}", "{{ [[1]] | unique | list }}", "{{ xs | reverse | list }} {{ [1, 2] | reverse | first }}", "{{ xs | batch(2) | list }} {{ xs | batch(2, '-') | list }} {{ [1, 2, 3] | batch(0) | list }}", "{{ range(7) | slice(3) | list }} {{ range(7) | slice(3, 'x') | list }}",
        "{% for g in rows | groupby('n') %}{{ g.grouper }}:{{ g.list | length }} {% endfor %}{{ rows | groupby('n') | first }}", "{% for k, v in d | items %}{{ k }}{% endfor %}{{ undef | items | list }}", "{{ 5 | items | list }}",
    ],
    "selection filters": ["{{ xs | map('upper') | list }} {{ rows | map(attribute='n') | list }} {{ rows | map(attribute='z', default='-') | list }} {{ [[1, 2], [3]] | map('first') | list }} {{ [[1, 2]] | map(attribute=1) | list }}", "{{ xs | map | list }}", "{{ xs | map('nope') | list }}", "{{ [] | map('nope') | list }}", "{{ ys | select('gt', 1) | list }} {{ [0, 1, none] | select | list }} {{ ys | reject('odd') | list }} {{ xs | select('equalto', 'a') | list }} {{ xs | select('in', ['a']) | list }}", "{{ rows | selectattr('v') | list }} {{ rows | selectattr('v', 'none') | list }} {{ rows | rejectattr('n', 'equalto', 'x') | list }} {{ rows | selectattr('zz', 'defined') | list }}", "{{ rows | selectattr | list }}", "{{ rows | map(attribute='d.e.f') | list }}", "{% set g = xs | map('upper') %}{{ g | list }}{{ g | list }}", "{{ 'B' in xs | map('upper') }}", "{{ (xs | map('upper')) is iterable }} {{ (xs | map('upper')) is sequence }} {{ (xs | select) is string }}"],
    "tests": [
        "{{ undef is defined }} {{ s is defined }} {{ d.z is undefined }} {{ none is none }} {{ undef is none }}", "{{ s is string }} {{ 1 is string }} {{ d is mapping }} {{ xs is mapping }} {{ xs is sequence }} {{ s is sequence }} {{ d is sequence }} {{ 1 is sequence }} {{ undef is sequence }} {{ xs is iterable }} {{ s is iterable }} {{ 1 is iterable }} {{ undef is iterable }} {{ none is iterable }} {{ range(2) is sequence }} {{ d.keys() is sequence }}", "{{ 1 is number }} {{ true is number }} {{ 1.0 is number }} {{ '1' is number }} {{ 1 is integer }} {{ true is integer }} {{ 1.0 is float }} {{ true is boolean }} {{ 1 is boolean }} {{ true is true }} {{ 1 is true }} {{ false is false }}",
        "{{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby(3) }} {{ 9 is divisibleby 3 }} {{ 'a' is odd }}", "{{ 1 is eq 1 }} {{ 1 is equalto(2) }} {{ 1 is ne 2 }} {{ 1 is lt 2 }} {{ 1 is ge(1) }} {{ 'a' is in xs }} {{ 'a' is not in xs }} {{ 1 is sameas 1.0 }} {{ none is sameas none }} {{ true is sameas true }}", "{{ 'abc' is lower }} {{ 'ABC' is upper }} {{ s.upper is callable }} {{ s is callable }} {{ undef is callable }} {{ range is callable }}", "{{ s is not defined }} {{ not s is defined }} {{ s is defined and s }} {{ 'x' if s is defined else 'y' }}", "{{ 1 is nope }}", "{{ 1 is defined is defined }}", "{{ 'upper' is filter }} {{ 'odd' is test }} {{ 'nope' is filter }}", "{{ 1 is defined(2) }}", "{{ 5 is not none is string }}",
    ],
    "globals": ["{{ range(3) | list }} {{ range(2, 8, 3) | list }}", "{{ range() }}", "{{ dict(a=1, b='x') }} {{ dict({'a': 1}, b=2) }} {{ dict([('a', 1), 'bc']) }}", "{% set j = joiner('|') %}{% for x in xs %}{{ j() }}{{ x }}{% endfor %}", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}", "{{ raise_exception('no ' ~ s) }}", "{% if not yes %}{{ raise_exception('x') }}{% endif %}ok", "{{ raise_exception() }}", "{{ strftime_now('%Y-%m-%d %d %b %Y %B %A %a %H:%M:%S %I %p %j %y %-d %e %m %%') }}", "{{ strftime_now('%U %W %V %G %u %w %C %D %F %T %R %c %x %X') }}", "{{ nope() }}", "{{ s() }}", "{{ range is defined }} {{ namespace is defined }}"],
    "calls": ["{{ dict(*[{'a': 1}], **{'b': 2}) }}", "{{ 'a-b-c'.split(*['-', 1]) }}", "{{ dict(a=1, a=2) }}", "{{ dict(**1) }}", "{{ dict(*1) }}", "{{ dict(a=1, 2) }}", "{{ 'x'.join(('a', 'b'),) }}", "{{ 'x'.join('a' 'b', ) }}"],
    "syntax errors": ["{{", "{{ }}", "{{ 1 + }}", "{{ (1 }}", "{{ 1) }}", "{{ [1, }}", "{{ a b }}", "{% if x %}", "{% for x %}{% endfor %}", "{% set x %}", "{{ 'a' | }}", "{{ a. }}", "{{ a[ }}", "{{ ! }}", "{{ a ? b }}", "{%", "{% %}", "{{ 1 }", "}}", "%}", "{{ {1: } }}", "{{ x is }}", "{{ not }}", "{{ 1 = 2 }}", "{% raw %}x", "{# x", "{{ ~ 1 }}", "{{ a[1:2, 3] }}", "{% else %}"],
}


def main():
    for feature, templates in FEATURES.items():
        for source in templates:
            print(json.dumps({"feature": feature, "template": source, **reference.outcome(source, DATA)}, ensure_ascii=True))


def data():
    print(json.dumps(DATA))


if __name__ == "__main__":
    print(json.dumps({"variables": DATA}))
    main()
