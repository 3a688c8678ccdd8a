"""One long stream with the official OpenAI client: python openai_stream.py BASE_URL MODEL SIGN.

Makes the file SIGN once it is in the middle of the stream. Prints one JSON object of what it saw; an error event in the
stream is an exception and a non-zero exit."""

import json
import pathlib
import sys

import openai

base_url, model, sign = sys.argv[1:4]
client = openai.OpenAI(base_url=base_url, api_key="unused", max_retries=0, timeout=240)
# What comes next is beyond doubt, so that rounding cannot change it.
prompt = "one two three four five six seven eight nine ten eleven twelve. " * 12
stream = client.completions.create(
    model=model,
    prompt=prompt,
    max_tokens=800,
    temperature=0,
    stream=True,
    stream_options={"include_usage": True},
    extra_body={"ignore_eos": True},
)
text, finish, usage, ids, pieces = "", [], None, set(), 0
for chunk in stream:
    ids.add(chunk.id)
    if chunk.usage is not None:
        assert usage is None, chunk
        usage = chunk.usage.model_dump()
    for choice in chunk.choices:
        text += choice.text
        pieces += 1
        if choice.finish_reason:
            finish.append(choice.finish_reason)
    if pieces == 30:
        pathlib.Path(sign).touch()
print(json.dumps({"text": text, "finish": finish, "usage": usage, "ids": sorted(ids)}))
