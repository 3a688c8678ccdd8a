"""Random small templates with random data, and what the reference makes of them.

Usage: fuzz.py SEED COUNT

Prints JSON lines {"template": source, "variables": …} with the outcome of reference.py.
"""

import json
import random
import signal
import sys
import warnings

import reference

STRINGS = ["", "a", "abc", "Hello World", "a,b,,c", "  pad ded ", "x\ny\n", "ß ﬁ İ ΑΣ σ", "😀é中", "<b>&'\"", "42", "-7", "3.14", "1e3",
           "True", "key", "b", "the quick brown-fox (jumps)", "%s and %d", "{} {a}", "TITLE case", "\t\n", "aXbXc", "0x1f", "a.b", "_x", "z\r\nw"]
NUMBERS = [0, 1, -1, 2, 3, 7, 10, -13, 255, 1000, 2.0, 0.5, -1.5, 3.14159, 1e20, 1e-7, 123456789.123, 10**25, 2.675, 1e16, 100.0]
NAMES = ["s", "t", "n", "f", "xs", "ys", "d", "items", "flag", "nothing", "undef", "rows", "mixed", "nested"]
KEYS = ["a", "b", "key", "items", "get", "name", "pop", "update", "_x", "B", "n", "0", "missing", "content"]
STR_METHODS = [
    ("strip", ["", "s"]), ("lstrip", ["", "s"]), ("rstrip", ["", "s"]), ("split", ["", "s", "s,i", "none,i", "sep=s", "maxsplit=i"]),
    ("rsplit", ["", "s", "s,i", "none,i"]), ("splitlines", ["", "b", "keepends=b"]), ("upper", [""]), ("lower", [""]), ("title", [""]),
    ("capitalize", [""]), ("swapcase", [""]), ("replace", ["s,s", "s,s,i"]), ("find", ["s", "s,i", "s,i,i"]), ("rfind", ["s", "s,i"]),
    ("index", ["s"]), ("rindex", ["s"]), ("count", ["s", "s,i", "s,i,i"]), ("startswith", ["s", "(s,s)", "s,i"]), ("endswith", ["s", "(s,s)", "s,i,i"]),
    ("join", ["l"]), ("isdigit", [""]), ("isalpha", [""]), ("isalnum", [""]), ("isspace", [""]), ("islower", [""]), ("isupper", [""]),
    ("istitle", [""]), ("isdecimal", [""]), ("isascii", [""]), ("isprintable", [""]), ("isidentifier", [""]),
    ("center", ["i", "i,'*'"]), ("ljust", ["i", "i,'*'"]), ("rjust", ["i", "i,'é'"]), ("zfill", ["i"]), ("expandtabs", ["", "i"]),
    ("partition", ["s"]), ("rpartition", ["s"]), ("removeprefix", ["s"]), ("removesuffix", ["s"]), ("format", ["", "any", "any,a=any", "a=any"]),
    ("format_map", ["d"]),
]
FILTERS = [
    ("trim", ["", "s", "chars=s"]), ("upper", [""]), ("lower", [""]), ("title", [""]), ("capitalize", [""]), ("length", [""]), ("count", [""]),
    ("first", [""]), ("last", [""]), ("list", [""]), ("reverse", [""]), ("sort", ["", "reverse=b", "true,true", "attribute=k"]),
    ("unique", ["", "true", "attribute=k"]), ("join", ["", "s", "s,attribute=k"]), ("replace", ["s,s", "s,s,i"]), ("default", ["any", "any,b", "any,boolean=b"]),
    ("d", ["any"]), ("tojson", ["", "indent=i", "ensure_ascii=b", "sort_keys=true", "separators=(',',':')", "indent='--'"]), ("string", [""]), ("int", ["", "i", "default=i", "0,16"]),
    ("float", ["", "n"]), ("abs", [""]), ("round", ["", "i", "i,'ceil'", "i,'floor'", "method='ceil'"]), ("indent", ["", "i", "i,b", "i,b,b", "s", "first=b"]), ("safe", [""]),
    ("escape", [""]), ("e", [""]), ("forceescape", [""]), ("batch", ["i", "i,s"]), ("slice", ["i", "i,s"]), ("groupby", ["k", "k,default=s", "k,case_sensitive=b"]), ("min", ["", "attribute=k"]),
    ("max", ["", "true"]), ("sum", ["", "attribute=k", "start=i", "none,n"]), ("wordcount", [""]), ("format", ["any", "any,any", "a=any"]), ("items", [""]), ("dictsort", ["", "true", "false,'value'", "reverse=b", "by='value'"]),
    ("map", ["'upper'", "'length'", "attribute=k", "attribute=k,default=s", "'default',s", "'int'", "'nofilter'", "'join',s", "attribute=i"]),
    ("select", ["", "'odd'", "'string'", "'defined'", "'equalto',any", "'in',l", "'notest'", "'gt',i"]), ("reject", ["", "'even'", "'none'"]),
    ("selectattr", ["k", "k,'defined'", "k,'equalto',any", "k,'ne',any", "k,'in',l"]), ("rejectattr", ["k", "k,'none'"]), ("center", ["", "i"]),
    ("truncate", ["", "i", "i,b", "i,b,s", "i,b,s,i"]), ("urlencode", [""]), ("filesizeformat", ["", "true"]), ("attr", ["k", "'upper'"]), ("xmlattr", ["", "false"]),
]
TESTS = ["defined", "undefined", "none", "string", "mapping", "sequence", "iterable", "number", "integer", "float", "boolean", "true", "false",
         "odd", "even", "lower", "upper", "callable", "escaped"]
BINARY_TESTS = ["divisibleby", "equalto", "eq", "ne", "in", "gt", "lt", "ge", "le", "sameas", "=="]


class Templates:
    def __init__(self, rng):
        self.rng = rng
        self.names = list(NAMES)
        self.macros = []

    def pick(self, *makers):
        return self.rng.choice(makers)()

    # Expressions by the type they mostly have.

    def string_literal(self):
        s = self.rng.choice(STRINGS)
        quote = self.rng.choice("'\"")
        text = s.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\r", "\\r")
        if self.rng.random() < 0.5:
            text = text.replace("\n", "\\n")
        literal = quote + text + quote
        return literal + ' "+"' if self.rng.random() < 0.03 else literal

    def s(self, depth):
        r = self.rng.random()
        if depth <= 0 or r < 0.25:
            return self.pick(self.string_literal, lambda: "s", lambda: "t", lambda: "d.name", lambda: "d['content']", lambda: "xs[0]")
        if r < 0.35:
            return f"{self.s(depth - 1)} + {self.s(depth - 1)}"
        if r < 0.45:
            return f"{self.any(depth - 1)} ~ {self.any(depth - 1)}"
        if r < 0.6:
            name, forms = self.rng.choice(STR_METHODS)
            return f"{self.atom(self.s, depth)}.{name}({self.args(forms, depth)})"
        if r < 0.66:
            return f"{self.atom(self.s, depth)}{self.slice(depth)}"
        if r < 0.7:
            return f"{self.atom(self.s, depth)} * {self.i(depth - 1)}"
        if r < 0.78:
            return f"{self.percent()} % {self.pick(lambda: self.any(0), lambda: f'({self.any(0)}, {self.any(0)})', lambda: self.d(0))}"
        if r < 0.82:
            return f"{self.brace()}.format({self.args(['any', 'any,any', 'any,any,a=any', 'a=any,b=any', '*xs', '**d'], depth)})"
        if r < 0.86:
            return f"({self.s(depth - 1)} if {self.b(depth - 1)} else {self.any(depth - 1)})"
        return self.filtered(self.s, depth)

    def percent(self):
        spec = "".join([self.rng.choice(["", "", "-", "0", "+", "#", " "]), self.rng.choice(["", "", "6", "12", "*"]), self.rng.choice(["", "", ".2", ".0", ".5"]),
                        self.rng.choice("ssdrfgexXoci%aE")])
        second = self.rng.choice(["", " %s", "%%", " %(a)s", " %(key)d"])
        return f"'<%{spec}>{second}'"

    def brace(self):
        conversion = self.rng.choice(["", "", "!r", "!s", "!a"])
        spec = self.rng.choice(["", "", ":>8", ":<6", ":^9", ":*^9", ":05", ":.2f", ":,", ":x", ":#x", ":e", ":g", ":%", ":+d", ":d", ":s", ":_", ":.3", ":10.4", ":b", ":08.3f", ":0,", ":.1%", ":n>5", ": d", ":=8", ":c"])
        field = self.rng.choice(["", "", "0", "1", "a", "a.b", "0[0]", "a[key]", "0.upper", "b"])
        return "'[{" + field + conversion + spec + "}]" + self.rng.choice(["", "{{}}", "{}", " {b}"]) + "'"

    def i(self, depth):
        r = self.rng.random()
        if depth <= 0 or r < 0.5:
            return self.pick(lambda: str(self.rng.choice([0, 1, 2, 3, 5, -1, -2, -3, 8, 12])), lambda: "n", lambda: "xs|length")
        if r < 0.8:
            return f"{self.n(depth - 1)} {self.rng.choice(['+', '-', '*', '//', '%'])} {self.n(depth - 1)}"
        return f"({self.any(depth - 1)}|{self.rng.choice(['length', 'int', 'abs', 'count', 'wordcount'])})"

    def n(self, depth):
        r = self.rng.random()
        if depth <= 0 or r < 0.4:
            return self.pick(lambda: str(self.rng.choice(NUMBERS)), lambda: "n", lambda: "f", lambda: self.i(0))
        if r < 0.45:
            return f"{self.rng.choice(['2', '3', '-2', '0.5', 'n', '10'])} ** {self.rng.choice(['0', '1', '2', '3', '-1', '-2', '0.5', '10'])}"
        if r < 0.85:
            return f"{self.atom(self.n, depth)} {self.rng.choice(['+', '-', '*', '/', '//', '%'])} {self.atom(self.n, depth)}"
        if r < 0.9:
            return f"-{self.atom(self.n, depth)}"
        return self.filtered(self.n, depth)

    def l(self, depth):
        r = self.rng.random()
        if depth <= 0 or r < 0.3:
            return self.rng.choice(["xs", "ys", "rows", "mixed", "[]", "[1, 2, 3]", "['b', 'A', 'c']", "(1, 'x')", "range(4)", "()", "nested.list", "[none, true]"])
        if r < 0.5:
            return "[" + ", ".join(self.any(depth - 1) for _ in range(self.rng.randint(0, 3))) + "]"
        if r < 0.56:
            return f"range({', '.join(self.i(0) for _ in range(self.rng.randint(1, 3)))})"
        if r < 0.64:
            return f"{self.atom(self.l, depth)}{self.slice(depth)}"
        if r < 0.7:
            return f"{self.atom(self.l, depth)} + {self.atom(self.l, depth)}"
        if r < 0.74:
            return f"{self.atom(self.s, depth)}.split({self.rng.choice(['', ',,'.join(['', '']) and self.string_literal()])})"
        if r < 0.8:
            return f"{self.atom(self.d, depth)}.{self.rng.choice(['items()', 'keys()', 'values()'])}"
        if r < 0.84:
            return f"({', '.join(self.any(depth - 1) for _ in range(self.rng.randint(2, 3)))})"
        return self.filtered(self.l, depth)

    def d(self, depth):
        r = self.rng.random()
        if depth <= 0 or r < 0.5:
            return self.rng.choice(["d", "nested", "{}", "{'a': 1, 'b': [2]}", "rows[0]", "dict(a=1, b='x')", "nested.inner"])
        if r < 0.9:
            return "{" + ", ".join(f"{self.rng.choice([self.string_literal(), self.any(0)])}: {self.any(depth - 1)}" for _ in range(self.rng.randint(0, 3))) + "}"
        return f"dict({self.atom(self.d, depth)}, {self.rng.choice(['key', 'z'])}={self.any(depth - 1)})"

    def b(self, depth):
        r = self.rng.random()
        if depth <= 0 or r < 0.15:
            return self.rng.choice(["true", "False", "flag", "none", "undef", "xs", "s", "n"])
        if r < 0.35:
            return f"{self.any(depth - 1)} {self.rng.choice(['==', '!=', '<', '<=', '>', '>='])} {self.any(depth - 1)}"
        if r < 0.4:
            return f"{self.n(0)} < {self.n(0)} {self.rng.choice(['<', '<=', '==', '!='])} {self.n(0)}"
        if r < 0.52:
            return f"{self.any(depth - 1)} {self.rng.choice(['in', 'not in'])} {self.pick(lambda: self.l(depth - 1), lambda: self.s(depth - 1), lambda: self.d(depth - 1))}"
        if r < 0.7:
            return f"{self.atom(self.any, depth)} is {self.rng.choice(['', 'not '])}{self.rng.choice(TESTS)}"
        if r < 0.78:
            return f"{self.atom(self.any, depth)} is {self.rng.choice(BINARY_TESTS)}({self.any(depth - 1)})"
        if r < 0.8:
            return f"{self.atom(self.n, depth)} is divisibleby {self.i(0)}"
        if r < 0.88:
            return f"not {self.b(depth - 1)}"
        return f"{self.b(depth - 1)} {self.rng.choice(['and', 'or'])} {self.b(depth - 1)}"

    def any(self, depth):
        r = self.rng.random()
        if r < 0.12:
            return self.rng.choice(self.names)
        if r < 0.2 and depth > 0:
            object_ = self.atom(self.any, depth)
            return self.rng.choice([f"{object_}.{self.rng.choice(KEYS)}", f"{object_}[{self.any(depth - 1)}]", f"{object_}['{self.rng.choice(KEYS)}']", f"{object_}.0"])
        if r < 0.24 and depth > 0:
            return f"{self.atom(self.d, depth)}.get({self.args(['s', 's,any', 'any', ''], depth)})"
        if r < 0.26 and depth > 0:
            return f"{self.atom(self.l, depth)}.{self.rng.choice(['index', 'count'])}({self.any(depth - 1)})"
        if r < 0.3:
            return self.rng.choice(["none", "true", "false", "undef", "undef.x", "1.0", "1e3", "'x' 'y'", "namespace(a=1)", "(1,)", "[[]]"])
        if r < 0.34 and depth > 0 and self.macros:
            return f"{self.rng.choice(self.macros)}({self.args(['', 'any', 'any,any', 'a=any', 'any,b=any', 'any,any,any', 'zz=any'], depth)})"
        if r < 0.38 and depth > 0:
            return f"({self.any(depth - 1)} if {self.b(depth - 1)})"
        if r < 0.42 and depth > 0:
            return self.filtered(self.any, depth)
        return self.rng.choice([self.s, self.s, self.n, self.l, self.d, self.b])(depth - 1)

    def atom(self, maker, depth):
        text = maker(depth - 1)
        if text.isidentifier() or (text[0] == "[" and text[-1] == "]" and text.count("[") == 1) or self.rng.random() < 0.05:
            return text
        return f"({text})"

    def filtered(self, maker, depth):
        name, forms = self.rng.choice(FILTERS)
        args = self.args(forms, depth)
        return f"{self.atom(maker, depth)}|{name}" + (f"({args})" if args or self.rng.random() < 0.05 else "")

    def slice(self, depth):
        part = lambda: self.rng.choice(["", "", self.i(0), self.i(0), "none"])
        return self.rng.choice([f"[{self.i(0)}]", f"[{part()}:{part()}]", f"[{part()}:{part()}:{self.rng.choice(['', '-1', '2', '-2', '1', '3'])}]", "[::-1]"])

    def args(self, forms, depth):
        form = self.rng.choice(forms)
        if not form:
            return ""
        makers = {"s": self.s, "i": self.i, "n": self.n, "b": self.b, "l": self.l, "d": self.d, "any": self.any}
        out = []
        for part in form.split(","):
            name, eq, kind = part.rpartition("=")
            out.append(name + eq + (repr(self.rng.choice(KEYS)) if kind == "k" else makers[kind](min(depth - 1, 1)) if kind in makers else kind))
        if form == "(s,s)":
            return f"({self.s(0)}, {self.s(0)})"
        if self.rng.random() < 0.03:
            out.append(self.any(0))
        return ", ".join(out)

    # Statements.

    def tag(self, text):
        return "{%" + self.rng.choice(["", "", "-", "+"]) + " " + text + " " + self.rng.choice(["", "", "-", "+"]) + "%}"

    def space(self):
        return self.rng.choice(["", "", "", "\n", " ", "\n  ", "  \n", "text", "\t\n \n", "a\n", "é"])

    def body(self, depth, loop=False):
        return "".join(self.space() + self.statement(depth, loop) + self.space() for _ in range(self.rng.randint(1, 3)))

    def print(self, depth):
        expr = self.any(depth)
        if expr.startswith("{"):
            expr = " " + expr
        return "{{" + self.rng.choice(["", " ", "- ", "-", "+ "][:4]) + " " + expr + self.rng.choice([" ", " ", " -"]) + "}}"

    def statement(self, depth, loop=False):
        r = self.rng.random()
        if depth <= 0 or r < 0.4:
            return self.print(2)
        if r < 0.52:
            text = self.tag("if " + self.b(2)) + self.body(depth - 1, loop)
            if self.rng.random() < 0.3:
                text += self.tag("elif " + self.b(1)) + self.body(depth - 1, loop)
            if self.rng.random() < 0.5:
                text += self.tag("else") + self.body(depth - 1, loop)
            return text + self.tag("endif")
        if r < 0.66:
            return self.loop(depth)
        if r < 0.8:
            return self.set(depth)
        if r < 0.85:
            return self.macro(depth)
        if r < 0.87:
            return self.tag("filter " + self.rng.choice(["upper", "trim", "indent(2)", "replace('a', s)", "upper|trim", "length", "e"])) + self.body(depth - 1, loop) + self.tag("endfilter")
        if r < 0.9:
            name = self.rng.choice(self.names + ["w"])
            return self.tag(f"with {name} = {self.any(1)}" + self.rng.choice(["", f", v = {self.any(1)}"])) + self.body(depth - 1, loop) + self.tag("endwith")
        if r < 0.92 and self.macros:
            params = self.rng.choice(["", "", "(p)", "(p, q=2)"])
            return self.tag(f"call{params} {self.rng.choice(self.macros)}({self.args(['', 'any', 'a=any'], 1)})") + self.body(depth - 1) + self.tag("endcall")
        if r < 0.94:
            return "{% raw %}" + self.space() + "{{ x }}" + self.space() + self.tag("endraw")
        if r < 0.96:
            return "{#" + self.rng.choice(["", "-"]) + " comment {{ " + self.rng.choice(["", "-", "+"]) + "#}"
        if r < 0.98 and loop:
            return self.tag(self.rng.choice(["break", "continue"]))
        return self.tag("generation") + self.body(depth - 1) + self.tag("endgeneration")

    def loop(self, depth):
        target, names = self.rng.choice([("x", ["x"]), ("x", ["x"]), ("k, v", ["k", "v"]), ("s", ["s"]), ("(k, v)", ["k", "v"])])
        iterable = self.pick(lambda: self.l(2), lambda: self.l(1), lambda: self.s(0), lambda: self.d(1), lambda: "undef") if len(names) == 1 else self.rng.choice(
            ["d.items()", "d|items", "nested|dictsort", "[(1, 2), ('a', 'b')]", "['ab', 'cd']", "[[1, s], [n, xs]]", self.l(1)])
        outer = self.names
        self.names = outer + names + ["loop.index", "loop.index0", "loop.first", "loop.last", "loop.length", "loop.revindex", "loop.revindex0", "loop.previtem",
                                      "loop.nextitem", "loop.cycle('o', 'e')", f"loop.changed({names[0]})", "loop.depth", "loop", "loop.foo"]
        test = self.rng.choice(["", "", "", f" if {names[0]}", f" if {self.b(1)}", f" if {names[0]} is string"])
        recursive = self.rng.random() < 0.08
        text = self.tag(f"for {target} in {iterable}{test}" + (" recursive" if recursive else "")) + self.body(depth - 1, True)
        if recursive and self.rng.random() < 0.7:
            text += "{{ loop(x) if x is sequence and x is not string and loop.depth < 4 }}"
        self.names = outer
        if self.rng.random() < 0.3:
            text += self.tag("else") + self.body(depth - 1)
        return text + self.tag("endfor")

    def set(self, depth):
        name = self.rng.choice(self.names[:12] + ["v", "w", "acc"])
        name = name if name.isidentifier() else "v"
        r = self.rng.random()
        if r < 0.5:
            text = self.tag(f"set {name} = {self.any(2)}")
        elif r < 0.65:
            text = self.tag(f"set {name}" + self.rng.choice(["", "", " | upper", " | trim | length"])) + self.body(depth - 1) + self.tag("endset")
        elif r < 0.75:
            text = self.tag(f"set {name}, w = {self.rng.choice(['1, 2', 's', 'xs', '(s, n)', 'd', self.l(1)])}")
        elif r < 0.95:
            text = "{% set ns = namespace(a=1, b='x') %}" if self.rng.random() < 0.5 else ""
            text += self.tag(f"set ns.{self.rng.choice(['a', 'b', 'c'])} = {self.rng.choice(['ns.a', self.any(1), 'ns.a + 1', 'ns.b ~ s'])}") + "{{ ns.a }}{{ ns }}"
        else:
            text = self.tag(f"set {name} = cycler('a', 'b')") + "{{ %s.next() }}{{ %s.next() }}{{ %s.current }}" % (name, name, name)
        if name not in self.names:
            self.names = self.names + [name]
        return text

    def macro(self, depth):
        name = self.rng.choice(["m", "m2", "s"])
        params = self.rng.choice(["", "a", "a, b", "a, b=2", "a='x', b=a", "x, s=s", "a, caller=none"])
        outer = self.names
        self.names = outer + [p.split("=")[0].strip() for p in params.split(",") if p.strip()] + ["varargs", "kwargs", "caller()", "caller(1)", "caller"][: self.rng.choice([0, 0, 2, 5])]
        text = self.tag(f"macro {name}({params})") + self.body(depth - 1) + self.tag("endmacro")
        self.names = outer
        if name not in self.macros:
            self.macros = self.macros + [name]
        return text + "{{ %s(%s) }}" % (name, self.args(["", "any", "any,any", "b=any"], 1))

    def template(self):
        self.names = list(NAMES)
        self.macros = []
        return "".join(self.space() + self.statement(self.rng.choice([0, 0, 1, 1, 2, 3])) for _ in range(self.rng.choice([1, 1, 1, 2, 3]))) + self.space()


def mutated(rng, source):
    """A template with some characters changed: mostly broken ones."""
    pieces = ["{{", "}}", "{%", "%}", "-", "+", "{#", "#}", " ", "\n", "(", ")", "[", "]", "|", ".", ",", "=", "'", '"', "~", "in ", " is ", " not ", "if ",
              " else ", "endif", "for", "set", "*", "**", "//", ":", "\\", "1", "_", "e", "0", "raw", "endraw", "{", "}", "%", "a"]
    chars = list(source)
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(chars))
        action = rng.random()
        if action < 0.4:
            chars[at:at] = rng.choice(pieces)
        elif action < 0.7:
            del chars[at:at + rng.randint(1, 3)]
        else:
            chars[at:at + 1] = rng.choice(pieces)
    return "".join(chars)


def data(rng):
    def value(depth):
        r = rng.random()
        if depth <= 0 or r < 0.5:
            return rng.choice([rng.choice(STRINGS), rng.choice(NUMBERS), True, False, None, rng.choice(STRINGS)])
        if r < 0.75:
            return [value(depth - 1) for _ in range(rng.randint(0, 4))]
        return {rng.choice(KEYS): value(depth - 1) for _ in range(rng.randint(0, 4))}

    return {
        "s": rng.choice(STRINGS), "t": rng.choice(STRINGS), "n": rng.choice([x for x in NUMBERS if isinstance(x, int)]), "f": rng.choice(NUMBERS),
        "xs": [rng.choice(STRINGS) for _ in range(rng.randint(0, 5))], "ys": [rng.choice(NUMBERS) for _ in range(rng.randint(0, 5))],
        "d": {key: value(1) for key in rng.sample(KEYS, rng.randint(0, 5))}, "items": value(2), "flag": rng.choice([True, False]), "nothing": None,
        "rows": [{key: value(0) for key in rng.sample(KEYS, rng.randint(1, 5))} for _ in range(rng.randint(1, 4))],
        "mixed": [value(1) for _ in range(rng.randint(0, 5))],
        "nested": {"list": [value(1) for _ in range(rng.randint(0, 3))], "inner": {"a": value(2), "key": value(1)}, "B": rng.choice(NUMBERS)},
    }


class TooLong(BaseException):
    pass


def too_long(*_):
    raise TooLong


def main(seed, count):
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGVTALRM, too_long)
    rng = random.Random(seed)
    templates = Templates(rng)
    for _ in range(count):
        source = templates.template()
        if rng.random() < 0.2:
            source = mutated(rng, source)
        variables = data(rng)
        try:
            # Macros that call themselves twice run for years.
            signal.setitimer(signal.ITIMER_VIRTUAL, 1)
            outcome = reference.outcome(source, variables)
        except TooLong:
            continue
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        print(json.dumps({"template": source, "variables": variables, **outcome}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
