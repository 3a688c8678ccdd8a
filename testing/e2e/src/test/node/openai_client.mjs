// The official OpenAI client for Node against a running Unbusy: node openai_client.mjs BASE_URL MODEL.
// Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.UNBUSY_NODE_MODULES + '/');
const { default: OpenAI } = await import(pathToFileURL(require.resolve('openai')).href);
const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'unused', maxRetries: 0, timeout: 120_000 });
const messages = [{ role: 'user', content: 'Name one colour. 请只说一个词。' }];

const models = [];
for await (const entry of client.models.list()) models.push(entry.id);

const whole = await client.chat.completions.create({ model, messages, max_tokens: 16, temperature: 0 });
const stream = await client.chat.completions.create({ model, messages, max_tokens: 16, temperature: 0, stream: true });
let streamed = '';
let finish = null;
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? '';
  finish = chunk.choices[0]?.finish_reason ?? finish;
}
assert.equal(finish, whole.choices[0].finish_reason);

const completion = await client.completions.create({ model, prompt: 'A, B, C,', max_tokens: 6, temperature: 0 });
let completionStreamed = '';
for await (const chunk of await client.completions.create({ model, prompt: 'A, B, C,', max_tokens: 6, temperature: 0, stream: true })) {
  completionStreamed += chunk.choices[0]?.text ?? '';
}

const embedded = await client.embeddings.create({ model, input: ['One text.', 'Another text.'] });
assert.equal(embedded.data.length, 2);
assert.equal(embedded.data[1].embedding.length, 576);
assert.ok(embedded.usage.prompt_tokens > 0);

// A client that leaves in mid-stream must not disturb the next request.
const abandoned = await client.chat.completions.create({ model, messages, max_tokens: 500, stream: true });
for await (const _ of abandoned) break;
abandoned.controller.abort();
const after = await client.chat.completions.create({ model, messages, max_tokens: 4, temperature: 0 });
assert.ok(after.usage.completion_tokens > 0);

await assert.rejects(
  client.chat.completions.create({ model: 'no-such-model', messages }),
  (error) => error instanceof OpenAI.NotFoundError && error.code === 'model_not_found');

console.log(JSON.stringify({
  models, chat: whole.choices[0].message.content, usage: whole.usage, streamed,
  completion: completion.choices[0].text, completionStreamed,
}));
