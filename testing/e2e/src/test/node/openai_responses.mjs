// Responses with the official OpenAI client for Node: node openai_responses.mjs URL MODEL KEY.
// Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.UNBUSY_NODE_MODULES + '/');
const { default: OpenAI } = await import(pathToFileURL(require.resolve('openai')).href);
const [url, model, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL: url + '/v1', apiKey, maxRetries: 0, timeout: 120_000 });
const common = { model, input: 'Tell me about the weather in Rome. 请回答。', temperature: 0 };

const plain = await client.responses.create({ ...common, instructions: 'You are brief.', max_output_tokens: 6 });
assert.equal(plain.status, 'incomplete');
assert.equal(plain.incomplete_details.reason, 'max_output_tokens');
assert.ok(plain.output_text && plain.usage.input_tokens > 0);
assert.equal(plain.usage.output_tokens, 6);

const schema = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Paris', 'Rome'] }, degrees: { type: 'integer', minimum: -40, maximum: 50 } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};
const text = { format: { type: 'json_schema', name: 'weather', strict: true, schema } };
const fits = (json) => {
  const { city, degrees } = JSON.parse(json);
  return ['Paris', 'Rome'].includes(city) && degrees >= -40 && degrees <= 50;
};
const parsed = await client.responses.parse({ ...common, text, max_output_tokens: 100 });
assert.equal(parsed.status, 'completed');
assert.ok(fits(JSON.stringify(parsed.output_parsed)), parsed.output_text);

// The raw events: numbered, in order, to response.completed.
const order = [];
let number = 0;
let streamed = '';
let completed = null;
for await (const event of await client.responses.create({ ...common, text, max_output_tokens: 100, stream: true })) {
  assert.equal(event.sequence_number, number++);
  if (event.type !== 'keepalive' && event.type !== order.at(-1)) order.push(event.type);
  if (event.type === 'response.output_text.delta') streamed += event.delta;
  if (event.type === 'response.completed') completed = event.response;
}
assert.deepEqual(order, ['response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added',
  'response.output_text.delta', 'response.output_text.done', 'response.content_part.done', 'response.output_item.done',
  'response.completed']);
assert.equal(completed.output[0].content[0].text, streamed);
assert.ok(fits(streamed), streamed);
assert.ok(completed.usage.output_tokens > 0);

// The client's own collecting: a function call, and the way back with its result.
const tools = [{ type: 'function', name: 'get_weather', description: 'The weather of a city', parameters: schema, strict: true }];
const asked = { ...common, tools, max_output_tokens: 100 };
const stream = client.responses.stream({ ...asked, tool_choice: 'required', parallel_tool_calls: false });
let deltas = '';
stream.on('response.function_call_arguments.delta', (event) => { deltas += event.delta; });
const called = await stream.finalResponse();
const [call, ...others] = called.output;
assert.equal(others.length, 0);
assert.equal(call.type, 'function_call');
assert.equal(call.name, 'get_weather');
assert.equal(call.arguments, deltas);
assert.ok(fits(deltas), deltas);
const input = [{ role: 'user', content: common.input }, call, { type: 'function_call_output', call_id: call.call_id, output: 'sunny' }];
const answered = await client.responses.create({ ...asked, input, tool_choice: 'none', max_output_tokens: 6 });
assert.equal(answered.output[0].type, 'message');

const stranger = new OpenAI({ baseURL: url + '/v1', apiKey: 'sk-wrong', maxRetries: 0 });
for (const [who, fields, kind, param] of [
  [stranger, {}, OpenAI.AuthenticationError, null],
  [client, { model: 'no-such-model' }, OpenAI.NotFoundError, 'model'],
  [client, { previous_response_id: 'resp_1' }, OpenAI.BadRequestError, 'previous_response_id'],
]) {
  await assert.rejects(
    who.responses.create({ ...common, ...fields }),
    (error) => error instanceof kind && (param === null || error.param === param) && !!error.requestID,
    kind.name);
}

console.log(JSON.stringify({ text: plain.output_text, parsed: parsed.output_parsed, arguments: JSON.parse(deltas) }));
