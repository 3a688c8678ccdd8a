// Structured output and tools with the official OpenAI client for Node: node openai_tools.mjs BASE_URL MODEL.
// Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.UNBUSY_NODE_MODULES + '/');
const { default: OpenAI } = await import(pathToFileURL(require.resolve('openai')).href);
const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'unused', maxRetries: 0, timeout: 120_000 });
const messages = [{ role: 'user', content: 'What is the weather in Rome? 请回答。' }];

const schema = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Paris', 'Rome'] }, degrees: { type: 'integer', minimum: -40, maximum: 50 } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};
const response_format = { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema } };
const parsed = await client.chat.completions.parse({ model, messages, response_format, max_tokens: 100 });
assert.ok(['Paris', 'Rome'].includes(parsed.choices[0].message.parsed.city));

const calls = [];
const tools = [{
  type: 'function',
  function: {
    name: 'get_weather', description: 'The weather of a city', parameters: schema, strict: true,
    parse: JSON.parse,
    function: (args) => { calls.push(args); return `${args.degrees} degrees`; },
  },
}];
// The helper that calls the functions itself: it collects the streamed deltas, sends the result back and asks again.
const runner = client.chat.completions.runTools(
  { model, messages, tools, max_tokens: 100, temperature: 0, stream: true, tool_choice: { type: 'function', function: { name: 'get_weather' } } },
  { maxChatCompletions: 2 });
const final = await runner.finalMessage();
assert.equal(calls.length, 1);
assert.ok(Number.isInteger(calls[0].degrees));

const plain = tools.map((tool) => ({ type: 'function', function: { name: tool.function.name, parameters: schema } }));
const whole = await client.chat.completions.create({
  model, messages, tools: plain, tool_choice: 'required', parallel_tool_calls: false, max_tokens: 100, temperature: 0 });
assert.equal(whole.choices[0].finish_reason, 'tool_calls');
const streamed = await client.chat.completions.stream({
  model, messages, tools: plain, tool_choice: 'required', parallel_tool_calls: false, max_tokens: 100, temperature: 0 })
  .finalChatCompletion();
assert.equal(streamed.choices[0].finish_reason, 'tool_calls');
// Not the same text: what else is in the batch moves logits, and a poor model has many near ties.
for (const answer of [whole, streamed]) {
  const [call, ...others] = answer.choices[0].message.tool_calls;
  assert.equal(others.length, 0);
  assert.equal(call.function.name, 'get_weather');
  const { city, degrees } = JSON.parse(call.function.arguments);
  assert.ok(['Paris', 'Rome'].includes(city) && degrees >= -40 && degrees <= 50, call.function.arguments);
}

console.log(JSON.stringify({
  parsed: parsed.choices[0].message.parsed, called: calls[0], answered: final.role,
  arguments: JSON.parse(whole.choices[0].message.tool_calls[0].function.arguments),
}));
