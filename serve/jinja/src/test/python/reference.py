"""The reference: Python's jinja2 with the settings that Hugging Face's transformers uses for chat templates."""

import datetime
import json

import jinja2
import jinja2.ext
import jinja2.sandbox

NOW = datetime.datetime(2025, 7, 26, 13, 5, 9)


class Generation(jinja2.ext.Extension):
    """The tag {% generation %}: prints its body (transformers also records where it stands)."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        call = self.call_method("_print")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _print(self, context, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def strftime_now(format):
    return NOW.strftime(format)


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = strftime_now
    return env


ENVIRONMENT = environment()


def outcome(source, variables):
    """{"expected": text}, or {"error": type, "message": text, "raised": whether by raise_exception}."""
    try:
        return {"expected": ENVIRONMENT.from_string(source).render(variables)}
    except Exception as e:  # whatever it is, the other side must fail too
        return failure(e)


def failure(e):
    return {"error": type(e).__name__, "message": str(e), "raised": type(e) is jinja2.exceptions.TemplateError}
