#!/usr/bin/env python3
"""Times the token masks of other engines on the cases that MaskBenchmark times ours on.

usage: compare_grammar.py llguidance TOKENIZER_JSON
       compare_grammar.py llama NATIVES_DIR MODEL_GGUF [TOKENIZER_JSON_TO_WRITE]

llguidance needs `pip install llguidance`. llama calls the grammar sampler of libllama on every token of the vocabulary, as
llama-server does for a sampled token that its grammar refuses; the grammars below have the form that llama.cpp's converter
writes. With a third argument it also writes the model's vocabulary as a tokenizer.json, for MaskBenchmark.

Each case's text is cut into the longest tokens; a mask is taken before each. Prints JSON, times in microseconds:
cold = a matcher's first pass, warm = the same matcher again. For the same run of ours:

    java -cp CLASSPATH dev.unbusy.grammar.MaskBenchmark TOKENIZER_JSON
"""

import ctypes
import json
import pathlib
import sys
import time

CASES = pathlib.Path(__file__).parents[2] / "serve/grammar/src/test/resources/dev/unbusy/grammar/benchmark.json"
LLGUIDANCE_ROUNDS = 20
LLAMA_ROUNDS = 4


def byte_names():
    """GPT-2's printable stand-ins for bytes, as tokenizer.json has them."""
    names, spare = {}, 256
    for byte in range(256):
        if 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174:
            names[byte] = chr(byte)
        else:
            names[byte] = chr(spare)
            spare += 1
    return names


def cut(text, vocabulary, longest):
    data, at, tokens = text.encode(), 0, []
    while at < len(data):
        for length in range(min(longest, len(data) - at), 0, -1):
            if data[at:at + length] in vocabulary:
                tokens.append(vocabulary[data[at:at + length]])
                at += length
                break
    return tokens


def summary(times):
    times = sorted(times)
    return {"median": round(times[len(times) // 2], 2), "p99": round(times[int(len(times) * 0.99)], 2),
            "max": round(times[-1], 2)}


def llguidance(tokenizer_json):
    from llguidance import LLMatcher, LLTokenizer

    text = pathlib.Path(tokenizer_json).read_text()
    tokenizer = LLTokenizer(text)
    bytes_of = {name: byte for byte, name in byte_names().items()}
    vocabulary = {bytes(bytes_of[c] for c in piece if c in bytes_of): token
                  for piece, token in json.loads(text)["model"]["vocab"].items()}
    longest = max(map(len, vocabulary))
    results = []
    for case in json.loads(CASES.read_text()):
        tokens = cut(case["text"], vocabulary, longest)
        grammar = LLMatcher.grammar_from_json_schema(case["schema"], defaults={"whitespace_flexible": True})
        compiled, cold, warm = [], [], []
        for _ in range(LLGUIDANCE_ROUNDS):
            begun = time.perf_counter()
            matcher = LLMatcher(tokenizer, grammar)
            compiled.append((time.perf_counter() - begun) * 1e6)
            for times in (cold, warm):
                for token in tokens:
                    begun = time.perf_counter()
                    mask = matcher.compute_bitmask()
                    times.append((time.perf_counter() - begun) * 1e6)
                    if not mask[token // 8] >> token % 8 & 1 or not matcher.consume_token(token):
                        sys.exit(f"{case['name']}: a token of the text is refused: {matcher.get_error()}")
                matcher.reset()
        results.append({"case": case["name"], "steps": len(tokens), "compile": summary(compiled),
                        "cold": summary(cold), "warm": summary(warm)})
    return {"engine": "llguidance", "tokens": tokenizer.vocab_size, "cases": results}


COMMON = r'''
space ::= | " " | "\n"{1,2} [ \t]{0,20}
char ::= [^"\\\x7F\x00-\x1F] | [\\] (["\\bfnrt] | "u" [0-9a-fA-F]{4})
string ::= "\"" char* "\"" space
integral-part ::= [0] | [1-9] [0-9]{0,15}
decimal-part ::= [0-9]{1,16}
integer ::= ("-"? integral-part) space
number ::= ("-"? integral-part) ("." decimal-part)? ([eE] [-+]? integral-part)? space
boolean ::= ("true" | "false") space
null ::= "null" space
value ::= object | array | string | number | boolean | null
object ::= "{" space ( string ":" space value ("," space string ":" space value)* )? "}" space
array ::= "[" space ( value ("," space value)* )? "]" space
'''


def gbnf_object(**members):
    pairs = [rf'"\"{name}\"" space ":" space {rule}' for name, rule in members.items()]
    return '"{" space ' + ' "," space '.join(pairs) + ' "}" space'


def gbnf(case):
    """The grammar of a case, or None for those that were added for others."""
    arguments = gbnf_object(**{f"argument_{k}": "string" for k in range(4)})
    tool = lambda i: gbnf_object(name=rf'"\"tool_number_{i}\"" space', arguments="arguments")
    rules = {
        "person": ["root ::= " + gbnf_object(name="string", age="integer", email="string", tags="tags", role="role"),
                   'tags ::= "[" space (string ("," space string)*)? "]" space',
                   r'role ::= ("\"admin\"" | "\"editor\"" | "\"viewer\"") space'],
        "order": ["root ::= " + gbnf_object(id="id", customer="customer", lines="lines", placed="placed",
                                            note="(string | null)"),
                  "id ::= [1-9] [0-9]{0,6} space",
                  "customer ::= " + gbnf_object(name="string", city="city"),
                  r'city ::= "\"" char{1,80} "\"" space',
                  'lines ::= "[" space line ("," space line){0,49} "]" space',
                  "line ::= " + gbnf_object(sku="sku", title="title", quantity="quantity", price="number"),
                  r'sku ::= "\"" [A-Z]{3} "-" [0-9]{4} "\"" space',
                  r'title ::= "\"" char{0,200} "\"" space',
                  "quantity ::= [1-9] [0-9]{0,1} space",
                  r'placed ::= "\"" [0-9]{4} "-" [0-9]{2} "-" [0-9]{2} "T" [0-9]{2} ":" [0-9]{2} ":" [0-9]{2} "Z" "\"" space'],
        "any object": ["root ::= object"],
        "bounded text": ["root ::= " + gbnf_object(summary="summary"),
                         r'summary ::= "\"" char{10,400} "\"" space'],
        "recursive tree": ["root ::= " + gbnf_object(value="string", children="children"),
                           'children ::= "[" space (root ("," space root)*)? "]" space'],
        "one of 40 tools": ["root ::= " + " | ".join(f"t{i}" for i in range(40)),
                            *(f"t{i} ::= {tool(i)}" for i in range(40)),
                            "arguments ::= " + arguments],
    }.get(case)
    return rules and "\n".join(rules) + "\n" + COMMON


class ModelParams(ctypes.Structure):
    _fields_ = [("opaque", ctypes.c_uint64 * 10)]


class TokenData(ctypes.Structure):
    _fields_ = [("id", ctypes.c_int32), ("logit", ctypes.c_float), ("p", ctypes.c_float)]


class TokenDataArray(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(TokenData)), ("size", ctypes.c_size_t), ("selected", ctypes.c_int64),
                ("sorted", ctypes.c_bool)]


def load_llama(natives):
    natives = pathlib.Path(natives)
    ggml = ctypes.CDLL(str(next(natives.glob("libggml.v*.so"))), mode=ctypes.RTLD_GLOBAL)
    llama = ctypes.CDLL(str(next(natives.glob("libllama.v*.so"))), mode=ctypes.RTLD_GLOBAL)
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for name, result, arguments in (
            ("llama_model_default_params", ModelParams, []),
            ("llama_model_load_from_file", pointer, [text, ModelParams]),
            ("llama_model_get_vocab", pointer, [pointer]),
            ("llama_vocab_n_tokens", ctypes.c_int, [pointer]),
            ("llama_token_to_piece", ctypes.c_int,
             [pointer, ctypes.c_int, text, ctypes.c_int, ctypes.c_int, ctypes.c_bool]),
            ("llama_sampler_init_grammar", pointer, [pointer, text, text]),
            ("llama_sampler_apply", None, [pointer, ctypes.POINTER(TokenDataArray)]),
            ("llama_sampler_accept", None, [pointer, ctypes.c_int]),
            ("llama_sampler_free", None, [pointer])):
        function = getattr(llama, name)
        function.restype, function.argtypes = result, arguments
    llama.quiet = ctypes.CFUNCTYPE(None, ctypes.c_int, text, pointer)(lambda level, message, data: None)
    llama.llama_log_set(llama.quiet, None)
    ggml.ggml_backend_load_all_from_path(str(natives).encode())
    return llama


def llama_grammars(natives, model_file, write_to=None):
    llama = load_llama(natives)
    model = llama.llama_model_load_from_file(model_file.encode(), llama.llama_model_default_params())
    vocab = llama.llama_model_get_vocab(model)
    count = llama.llama_vocab_n_tokens(vocab)
    buffer, vocabulary = ctypes.create_string_buffer(1024), {}
    for token in range(count):
        length = llama.llama_token_to_piece(vocab, token, buffer, 1024, 0, False)
        if length > 0:
            vocabulary.setdefault(buffer.raw[:length], token)
    longest = max(map(len, vocabulary))
    if write_to:
        names = byte_names()
        pieces = {"".join(names[byte] for byte in piece): token for piece, token in vocabulary.items()}
        pathlib.Path(write_to).write_text(json.dumps({"model": {"vocab": pieces}, "added_tokens": []}))

    fresh = (TokenData * count)(*[TokenData(token, 0.0, 0.0) for token in range(count)])
    candidates = (TokenData * count)()
    array = TokenDataArray(candidates, count, -1, False)
    results = []
    for case in json.loads(CASES.read_text()):
        grammar = gbnf(case["name"])
        if grammar is None:
            continue
        tokens, masks = cut(case["text"], vocabulary, longest), []
        for _ in range(LLAMA_ROUNDS):
            sampler = llama.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
            for token in tokens:
                ctypes.memmove(candidates, fresh, ctypes.sizeof(candidates))
                array.size = count
                begun = time.perf_counter()
                llama.llama_sampler_apply(sampler, ctypes.byref(array))
                masks.append((time.perf_counter() - begun) * 1e6)
                if candidates[token].logit == float("-inf"):
                    sys.exit(f"{case['name']}: a token of the text is refused")
                llama.llama_sampler_accept(sampler, token)
            llama.llama_sampler_free(sampler)
        results.append({"case": case["name"], "steps": len(tokens), "mask": summary(masks)})
    return {"engine": "llama.cpp", "tokens": count, "cases": results}


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "llguidance":
        report = llguidance(arguments[1])
    elif len(arguments) in (3, 4) and arguments[0] == "llama":
        report = llama_grammars(*arguments[1:])
    else:
        sys.exit(__doc__)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
