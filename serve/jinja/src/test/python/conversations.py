"""Renders every template of a directory over many conversations.

Usage: conversations.py DIRECTORY SEED CASES

Prints JSON lines: {"case": n, "variables": …} for each conversation, then, for each template and conversation,
{"template": file, "case": n, "extra": variables of that template only} with the outcome of reference.py.
"""

import json
import pathlib
import random
import sys

import jinja2.meta

import reference

TEXTS = [
    "Hello, world!",
    "What is 7*7? {{ 7*7 }} {% raw %}{{ x }}{% endraw %} {# no comment #}",
    "你好,请用一句话介绍一下你自己。",
    "naïve café 😀 \U0001f9d1\u200d\U0001f680 ﬃ ß İ \u2028 end",
    "",
    " ",
    "\n",
    "line one\nline two\n\n  indented\ttab\r\nwindows",
    "trailing newline\n",
    "\n\nleading newlines",
    "<think>quick</think>answer",
    "<think>\nthinking about it\nfor a while\n</think>\n\nThe answer is 42.",
    "no start tag</think>after",
    "two </think> ends </think> here",
    "<｜User｜>fake<｜Assistant｜><|im_end|><|im_start|>system",
    "quotes ' \" ` backslash \\ \\n & < > % %s {0} {}",
    "<tool_response>\nfake\n</tool_response>",
    "<tool_call>{\"name\": \"x\"}</tool_call>",
    "/think please",
    "/no_think be quick",
    "a" * 300,
    "[INST] x [/INST] <<SYS>>",
    "http://example.org/?a=1&b=2",
    "1",
    "null",
    "[IMG]",
]

ARGUMENTS = [
    {},
    {"city": "Paris"},
    {"city": "São Paulo", "days": 3, "metric": True, "note": None},
    {"query": "a \"quoted\" <b>&'</b>", "ratio": 0.1, "big": 12345678901234567890, "small": 1e-7, "whole": 2.0},
    {"list": [1, "two", [3.5, None], {"deep": {"er": "x"}}], "empty": [], "none": {}},
    {"text": "multi\nline\n", "unicode": "北京 😀"},
    {"b": 1, "a": 2, "C": 3},
]

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Current weather.\nIn a city.",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "City & \"country\""},
                    "days": {"type": "integer", "default": 1, "minimum": 0},
                    "units": {"type": "string", "enum": ["c", "f"]},
                    "any": {"type": ["string", "null"]},
                },
                "required": ["city"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "search",
            "description": "查找 <b>everything</b>",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string"},
                    "filters": {
                        "type": "array",
                        "description": "list",
                        "items": {"type": "object", "properties": {"k": {"type": "number"}, "v": {"anyOf": [{"type": "string"}, {"type": "null"}]}}},
                    },
                    "ratio": {"type": "number", "nullable": True, "description": ""},
                    "opt": {"$ref": "#/$defs/x", "title": "T"},
                },
                "required": ["query", "filters"],
                "additionalProperties": False,
            },
            "return": {"type": "string", "description": "Hits"},
            "strict": True,
        },
    },
    {"type": "function", "function": {"name": "noop", "description": "", "parameters": {"type": "object", "properties": {}}}},
    {"type": "function", "function": {"name": "bare", "parameters": None, "description": "Does nothing."}},
]


class Maker:
    def __init__(self, rng):
        self.rng = rng
        self.calls = 0
        self.plain = False

    def text(self):
        return self.rng.choice(TEXTS)

    def content(self):
        kind = self.rng.random()
        if self.plain or kind < 0.6:
            return self.text()
        parts = [{"type": "text", "text": self.text()}]
        if kind > 0.85:
            parts.append({"type": "text", "text": self.text()})
        if kind > 0.92:
            parts.append(self.rng.choice([
                {"type": "image"},
                {"type": "image_url", "image_url": {"url": "http://example.org/a.png"}},
                {"type": "video", "video": "x.mp4"},
                {"type": "audio"},
            ]))
        return parts

    def call(self):
        self.calls += 1
        arguments = self.rng.choice(ARGUMENTS)
        if self.rng.random() < 0.4:
            arguments = json.dumps(arguments)
        name = self.rng.choice(["get_weather", "search", "noop"])
        call = {"type": "function", "function": {"name": name, "arguments": arguments}}
        if self.rng.random() < 0.8:
            call["id"] = self.rng.choice([f"call_{self.calls}", f"abcdefgh{self.calls % 10}", f"functions.{name}:{self.calls}"])
        return call

    def user(self):
        return {"role": "user", "content": self.content()}

    def system(self):
        return {"role": self.rng.choice(["system", "system", "system", "developer"]), "content": self.content()}

    def assistant(self):
        message = {"role": "assistant", "content": self.content()}
        if self.rng.random() < 0.35:
            message[self.rng.choice(["reasoning_content", "reasoning_content", "reasoning", "thinking"])] = self.rng.choice(
                [self.text(), "thinking aloud\nin two lines", None])
        return message

    def tool_round(self):
        calls = [self.call() for _ in range(self.rng.choice([1, 1, 2, 3]))]
        message = {"role": "assistant", "tool_calls": calls}
        content = self.rng.choice(["empty", "text"] if self.plain else ["none", "missing", "empty", "text"])
        if content != "missing":
            message["content"] = {"none": None, "empty": "", "text": self.text()}[content]
        if self.rng.random() < 0.4:
            message["reasoning_content"] = self.text()
        yield message
        for call in calls:
            result = {"role": "tool", "content": self.rng.choice(
                [self.content(), json.dumps({"temperature": 21.5, "ok": True}), "sunny"])}
            if "id" in call and self.rng.random() < 0.9:
                result["tool_call_id"] = call["id"]
            if self.rng.random() < 0.6:
                result["name"] = call["function"]["name"]
            yield result

    def messages(self):
        shape = self.rng.random()
        if shape < 0.03:
            return []
        messages = [self.system()] if self.rng.random() < 0.45 else []
        if shape < 0.10:
            for _ in range(self.rng.randint(1, 4)):
                messages.append(self.rng.choice([self.user, self.assistant, self.system])())
            return messages
        messages.append(self.user())
        for _ in range(self.rng.choice([0, 0, 1, 2, 4])):
            if self.rng.random() < 0.4:
                messages.extend(self.tool_round())
                if self.rng.random() < 0.6:
                    messages.append(self.assistant())
            else:
                messages.append(self.assistant())
            messages.append(self.user())
        end = self.rng.random()
        if end < 0.15:
            messages.append(self.assistant())
        elif end < 0.35:
            messages.extend(self.tool_round())
        return messages

    def tools(self):
        if self.rng.random() < 0.2:
            return self.rng.choice([None, []])
        return self.rng.sample(TOOLS, self.rng.randint(1, len(TOOLS)))

    def variables(self):
        self.plain = self.rng.random() < 0.6
        variables = {"messages": self.messages()}
        optional = {
            "add_generation_prompt": (0.9, [True, True, False]),
            "bos_token": (0.9, ["<s>", "<｜begin▁of▁sentence｜>", ""]),
            "eos_token": (0.9, ["</s>", "<｜end▁of▁sentence｜>"]),
            "enable_thinking": (0.4, [True, False]),
            "thinking": (0.4, [True, False]),
            "reasoning_effort": (0.3, ["low", "medium", "high", "max", "none"]),
            "date_string": (0.2, ["26 Jul 2024"]),
            "documents": (0.1, [[{"title": "T", "text": "body", "doc_id": 1}], []]),
            "response_format": (0.1, [{"type": "json_schema", "schema": {"b": 1, "a": [True, None]}}]),
        }
        for name, (chance, choices) in optional.items():
            if self.rng.random() < chance:
                variables[name] = self.rng.choice(choices)
        if self.rng.random() < 0.5:
            variables["tools"] = self.tools()
        return variables

    def extra(self, names):
        """Values for what only this template knows."""
        extra = {name: self.rng.choice([True, False, "text", None, 1]) for name in names if self.rng.random() < 0.25}
        if "functions" in names:
            extra["functions"] = self.rng.choice([json.dumps(TOOLS), "[]"])
        if "datetime" in names:
            extra["datetime"] = "2025-07-26"
        return extra


def main(directory, seed, count):
    maker = Maker(random.Random(seed))
    cases = [maker.variables() for _ in range(count)]
    for number, variables in enumerate(cases):
        print(json.dumps({"case": number, "variables": variables}))
    files = sorted(pathlib.Path(directory).glob("*.jinja"))
    if not files:
        sys.exit(f"no templates in {directory}")
    for file in files:
        source = file.read_text(encoding="utf-8")
        known = set(cases[0]) | set(reference.ENVIRONMENT.globals) | {"tools", "messages"}
        try:
            names = sorted(jinja2.meta.find_undeclared_variables(reference.ENVIRONMENT.parse(source)) - known)
            template = reference.ENVIRONMENT.from_string(source)
            error = None
        except Exception as e:
            names, template, error = [], None, reference.failure(e)
        for number, variables in enumerate(cases):
            extra = maker.extra(names)
            line = {"template": file.name, "case": number, "extra": extra}
            if template is None:
                line.update(error)
            else:
                try:
                    line["expected"] = template.render({**variables, **extra})
                except Exception as e:
                    line.update(reference.failure(e))
            print(json.dumps(line))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
