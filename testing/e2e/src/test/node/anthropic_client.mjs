// The official Anthropic client for Node against a running Unbusy: node anthropic_client.mjs URL MODEL KEY.
// Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.UNBUSY_NODE_MODULES + '/');
const { default: Anthropic } = await import(pathToFileURL(require.resolve('@anthropic-ai/sdk')).href);
const [url, model, apiKey] = process.argv.slice(2);
const baseURL = url + '/anthropic';
const client = new Anthropic({ baseURL, apiKey, maxRetries: 0, timeout: 120_000 });
const messages = [{ role: 'user', content: 'Name one colour. 请只说一个词。' }];
const common = { model, messages, max_tokens: 16, temperature: 0 };
const counted = (usage) => usage.input_tokens + usage.cache_read_input_tokens;

const whole = await client.messages.create({ ...common, system: 'You are brief.' });
assert.deepEqual(whole.content.map((block) => block.type), ['text']);
assert.ok(['end_turn', 'max_tokens'].includes(whole.stop_reason), whole.stop_reason);
assert.ok(counted(whole.usage) > 0 && whole.usage.output_tokens > 0);

// The client's own collecting of a stream, and the order of what it is told.
const order = [];
let streamed = '';
const stream = client.messages.stream({ ...common, system: 'You are brief.' });
stream.on('text', (delta) => { streamed += delta; });
for await (const event of stream) if (event.type !== 'ping' && event.type !== order.at(-1)) order.push(event.type);
assert.deepEqual(order, ['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);
const final = await stream.finalMessage();
assert.equal(final.content[0].text, streamed);
assert.equal(final.stop_reason, whole.stop_reason);
assert.equal(counted(final.usage), counted(whole.usage));
assert.equal(final.usage.output_tokens, whole.usage.output_tokens);

// A client that leaves in mid-stream must not disturb the next request.
const abandoned = await client.messages.create({ ...common, max_tokens: 500, stream: true });
for await (const _ of abandoned) break;
abandoned.controller.abort();
const letters = ['e', 'a', 'i', 'o'];
const stopped = await client.messages.create({ ...common, stop_sequences: letters });
assert.ok(!letters.some((letter) => stopped.content.some((block) => block.text.includes(letter))), JSON.stringify(stopped));

// Tools: a streamed call, and the way back with its result.
const input_schema = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Paris', 'Rome'] }, degrees: { type: 'integer', minimum: -40, maximum: 50 } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};
const tools = [{ name: 'get_weather', description: 'The weather of a city', input_schema }];
const tool_choice = { type: 'any', disable_parallel_tool_use: true };
const called = await client.messages.stream({ ...common, max_tokens: 100, tools, tool_choice }).finalMessage();
assert.equal(called.stop_reason, 'tool_use');
const [use, ...others] = called.content;
assert.equal(others.length, 0);
assert.equal(use.name, 'get_weather');
assert.ok(['Paris', 'Rome'].includes(use.input.city) && Number.isInteger(use.input.degrees), JSON.stringify(use));
const result = { type: 'tool_result', tool_use_id: use.id, content: '18 degrees' };
const history = [...messages, { role: 'assistant', content: called.content }, { role: 'user', content: [result] }];
const answered = await client.messages.create({ ...common, messages: history, tools, tool_choice: { type: 'none' } });
assert.deepEqual(answered.content.map((block) => block.type), ['text']);

const bearer = new Anthropic({ baseURL, authToken: apiKey, apiKey: null, maxRetries: 0, timeout: 120_000 });
assert.equal((await bearer.messages.create({ ...common, max_tokens: 1 })).usage.output_tokens, 1);
const stranger = new Anthropic({ baseURL, apiKey: 'sk-wrong', maxRetries: 0 });
for (const [asked, fields, kind, type] of [
  [stranger, {}, Anthropic.AuthenticationError, 'authentication_error'],
  [client, { model: 'no-such-model' }, Anthropic.NotFoundError, 'not_found_error'],
  [client, { temperature: 7 }, Anthropic.BadRequestError, 'invalid_request_error'],
]) {
  await assert.rejects(
    asked.messages.create({ ...common, ...fields }),
    (error) => error instanceof kind && error.error.type === 'error' && error.error.error.type === type && !!error.error.error.message,
    type);
}

console.log(JSON.stringify({ text: whole.content[0].text, streamed, input: use.input,
  stopped: [stopped.stop_reason, stopped.stop_sequence],
}));
