"""The official OpenAI client for Python against a running Unbusy: python openai_client.py BASE_URL MODEL.

Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit."""

import json
import sys

import openai

base_url, model = sys.argv[1:3]
client = openai.OpenAI(base_url=base_url, api_key="unused", max_retries=0, timeout=120)
messages = [
    {"role": "system", "content": "You answer in one short sentence."},
    {"role": "user", "content": "What is the capital of France? 请用英文回答。"},
]
seen = {"models": [m.id for m in client.models.list().data]}

whole = client.chat.completions.create(model=model, messages=messages, max_completion_tokens=24, temperature=0)
seen["chat"] = whole.choices[0].message.content
seen["usage"] = whole.usage.model_dump()
assert whole.choices[0].finish_reason in ("stop", "length"), whole

stream = client.chat.completions.create(
    model=model, messages=messages, max_tokens=24, temperature=0, stream=True, stream_options={"include_usage": True}
)
text, finish, usage, roles = "", None, None, []
for chunk in stream:
    if chunk.usage is not None:
        assert usage is None and not chunk.choices, chunk
        usage = chunk.usage
    for choice in chunk.choices:
        roles.append(choice.delta.role)
        text += choice.delta.content or ""
        finish = choice.finish_reason or finish
seen["streamed"] = text
seen["streamUsage"] = usage.model_dump()
assert finish == whole.choices[0].finish_reason, (finish, whole)
assert roles[0] == "assistant" and not any(roles[1:]), roles

completion = client.completions.create(model=model, prompt="One, two, three,", max_tokens=8, temperature=0)
seen["completion"] = completion.choices[0].text
pieces = client.completions.create(model=model, prompt="One, two, three,", max_tokens=8, temperature=0, stream=True)
seen["completionStreamed"] = "".join(c.choices[0].text for c in pieces if c.choices)

many = client.chat.completions.create(
    model=model, messages=messages, max_tokens=8, n=3, seed=7, logprobs=True, top_logprobs=2, stop=["\n\n"],
    presence_penalty=0.5, frequency_penalty=0.5, logit_bias={"5": -100},
)
seen["choices"] = len(many.choices)
for choice in many.choices:
    for token in choice.logprobs.content:
        assert len(token.top_logprobs) == 2 and token.logprob <= 0, token

texts = ["A cat sat on the mat.", "A cat was sitting on a rug.", "Revenue fell in the last quarter."]
vectors = [e.embedding for e in client.embeddings.create(model=model, input=texts).data]  # base64, as it asks by itself
numbers = [e.embedding for e in client.embeddings.create(model=model, input=texts, encoding_format="float").data]
for vector, same in zip(vectors, numbers):
    assert max(abs(a - b) for a, b in zip(vector, same)) < 0.01, (vector, same)
likeness = lambda a, b: sum(x * y for x, y in zip(a, b))
seen["embeddings"] = {
    "length": len(vectors[0]),
    "norm": likeness(vectors[0], vectors[0]),
    "near": likeness(vectors[0], vectors[1]),
    "far": likeness(vectors[0], vectors[2]),
}

errors = {}
for name, call in {
    "unknown model": lambda: client.chat.completions.create(model="no-such-model", messages=messages),
    "bad temperature": lambda: client.chat.completions.create(model=model, messages=messages, temperature=7),
    "text too long": lambda: client.embeddings.create(model=model, input=["short", "word " * 200_000]),
    "too long": lambda: client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "word " * 200_000}]
    ),
}.items():
    try:
        call()
        raise AssertionError(name + " was accepted")
    except openai.APIStatusError as error:
        errors[name] = {"status": error.status_code, "param": error.param, "code": error.code, "message": error.message}
        assert error.response.headers["x-request-id"], error.response.headers
seen["errors"] = errors
print(json.dumps(seen, ensure_ascii=False))
