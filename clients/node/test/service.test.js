// Against `emotag serve`. EMOTAG_TARGET says where it is; EMOTAG_EXPECTED names a JSON file of a taxonomy and of texts with
// the labels and scores that the engine gives them in process; EMOTAG_SERVE is the command, as JSON, that starts another. tests/e2e/test_node.py sets them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { client, collected } from "./scripted.js";

const { EMOTAG_TARGET: target, EMOTAG_EXPECTED: expected, EMOTAG_SERVE: serve } = process.env;
const skip = target && expected && serve ? false : "EMOTAG_TARGET, EMOTAG_EXPECTED and EMOTAG_SERVE are not set";
const TOLERANCE = 1e-5;

test("one message and its options", { skip }, async (t) => {
  const one = client(t, target);
  const tag = await one.classify({ id: "m", text: "Thank you so much, you saved the whole launch!", sender: "planner", sentAt: new Date(), timeToLiveMs: 60_000 }, { taxonomy: "goemotions", scores: true, topK: 1, explain: true });
  const { taxonomies, model, limits } = await one.info();
  const { labels } = taxonomies.find(({ name }) => name === "goemotions");
  assert.deepEqual([tag.messageId, tag.label, tag.labels, tag.error], ["m", "gratitude", ["gratitude"], null]);
  assert.deepEqual(Object.keys(tag.scores), labels);
  assert.ok(tag.scores.gratitude === tag.score && tag.score > 0.5);
  assert.ok(Math.abs(tag.tokenWeights.reduce((sum, { weight }) => sum + weight, 0) - 1) < TOLERANCE);
  assert.deepEqual(tag.model, model);
  assert.equal(limits.maxTokens, 256);
  const plain = await one.classify("Thank you so much");
  assert.deepEqual([plain.scores, plain.tokenWeights], [null, null]);
});

test("one bad message has an error, and its neighbours have tags", { skip }, async (t) => {
  const messages = ["Thank you so much, you saved the whole launch!", "", "x".repeat(70_000), "\ud800", "I hate this!"];
  const one = client(t, target);
  for (const tags of [await one.classify(messages), await collected(one.stream(messages))]) {
    assert.deepEqual(tags.map(({ label, error }) => label || `${error.name} ${error.reason} ${error.field}`), [
      "joy", ...Array(3).fill("InvalidArgumentError INVALID_MESSAGE text"), "anger",
    ]);
  }
  await assert.rejects(one.classify(""), { name: "InvalidArgumentError", field: "text", message: /text: is empty/ });
});

test("a taxonomy that does not exist ends call and stream, and says which do", { skip }, async (t) => {
  const one = client(t, target);
  const wanted = { name: "InvalidArgumentError", field: "options.taxonomy", message: /choose among basic, ekman, goemotions, sentiment/ };
  await assert.rejects(one.classify("hello", { taxonomy: "moods" }), wanted);
  await assert.rejects(collected(one.stream(["hello"], { taxonomy: "moods" })), wanted);
});

test("5,000 messages come back in order, once, with the tags of the engine in process", { skip }, async (t) => {
  const { taxonomy, known } = JSON.parse(readFileSync(expected, "utf8"));
  assert.ok(known.length <= 1500); // so that the calls, too, have every one
  const messages = Array.from({ length: 5000 }, (_, number) => ({ id: `m${number}`, text: known[number % known.length].text }));
  const one = client(t, target);
  const streamed = await collected(one.stream(messages, { taxonomy, scores: true }));
  const called = await one.classify(messages.slice(0, 1500), { taxonomy, scores: true });
  assert.deepEqual(streamed.map((tag) => tag.messageId), messages.map(({ id }) => id));
  for (const [number, tag] of [...streamed.entries(), ...called.entries()]) {
    const { label, scores } = known[number % known.length];
    assert.equal(tag.label, label);
    assert.deepEqual(Object.keys(tag.scores), Object.keys(scores));
    for (const [name, score] of Object.entries(scores)) assert.ok(Math.abs(tag.scores[name] - score) <= TOLERANCE, `${tag.messageId} ${name}`);
  }
});

test("a stream outlives its server: SIGTERM, and another one on the same port", { skip }, async (t) => {
  const port = await freePort();
  const one = client(t, `localhost:${port}`, { retry: { totalMs: 60_000, maximumMs: 200 } });
  const first = start(t, port);
  await one.info();
  const exited = once(first, "exit").then(() => start(t, port));
  const talk = async function* () {
    for (let number = 0; number < 3000; number++) {
      if (number === 1500) first.kill("SIGTERM");
      if (number === 2000) await exited; // so that the rest can only be answered by the other one
      yield { id: `m${number}`, text: `message ${number}, thank you` };
    }
  };
  const tags = await collected(one.stream(talk()));
  assert.deepEqual(tags.map((tag) => tag.messageId), Array.from({ length: 3000 }, (_, number) => `m${number}`));
  assert.deepEqual(tags.filter((tag) => tag.error), []);
  assert.equal(first.exitCode, 0);
  const second = await exited;
  second.kill("SIGTERM");
  assert.deepEqual(await once(second, "exit"), [0, null]);
});

/** `emotag serve` at a port, until it is told to stop or the test ends. */
function start(t, port) {
  const [program, ...options] = JSON.parse(serve);
  const server = spawn(program, [...options, "--port", String(port)], { stdio: "ignore" });
  t.after(() => server.kill("SIGKILL"));
  return server;
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
