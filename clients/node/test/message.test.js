// What is checked before anything is sent. Nobody listens: a check that is missing ends in UNAVAILABLE.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EmotionClient, EmotionError, InvalidArgumentError } from "emotag";
import { Intake } from "../src/entry.js";
import { encode } from "../src/message.js";
import { Repeats } from "../src/repeats.js";

const client = new EmotionClient("127.0.0.1:1", { retry: { attempts: 1 } });
const BAD = [
  [{ text: 5 }, "text", "text: must be a string, not number"],
  [{}, "text", "text: must be a string, not undefined"],
  ["half \ud83d of it", "text", "text: has lone surrogates"],
  [{ text: "hello", id: "x".repeat(257) }, "id", "id: has 257 bytes, more than 256"],
  [{ text: "hello", sender: "\ud800" }, "sender", "sender: has lone surrogates"],
  [{ text: "hello", conversation_id: "c" }, "conversation_id", "conversation_id: is no field of a message; those are text, id"],
  [{ text: "hello", sentAt: "today" }, "sentAt", "sentAt: must be a number of milliseconds, not string"],
  [{ text: "hello", sentAt: new Date("nonsense") }, "sentAt", "sentAt: must be between"],
  [{ text: "hello", timeToLiveMs: 1e18 }, "timeToLiveMs", "timeToLiveMs: must be between"],
  [null, "", "a message must be a string or an object with a text, not null"],
  [7, "", "a message must be a string or an object with a text, not number"],
];

for (const [message, field, problem] of BAD) {
  test(`refused: ${problem}`, async () => {
    const [tag] = await client.classify([message]);
    for (const error of [tag.error, await client.classify(message).catch((thrown) => thrown)]) {
      assert.ok(error instanceof InvalidArgumentError, error);
      assert.equal(error.field, field);
      assert.ok(error.message.startsWith(problem), error.message);
    }
  });
}

test("an error in place of a message is its answer", async () => {
  const error = new EmotionError("line 3 is no JSON");
  assert.equal((await client.classify([error]))[0].error, error);
});

test("options that are none are named", async () => {
  for (const [options, field] of [[{ top_k: 2 }, "top_k"], [{ topK: -1 }, "topK"], [{ taxonomy: 3 }, "taxonomy"], [{ timeoutMs: 0 }, "timeoutMs"], [{ unordered: true }, "unordered"], [{ scores: 1 }, "scores"], [{ signal: {} }, "signal"]]) {
    await assert.rejects(client.classify("hello", options), { name: "InvalidArgumentError", field });
  }
  assert.throws(() => client.stream("hello"), { field: "messages" });
  assert.throws(() => new EmotionClient("x:1", { retry: { initialMs: 9e9 } }), { field: "retry.initialMs" });
  assert.throws(() => new EmotionClient("x:1", { timeout: 5 }), { field: "timeout" });
  assert.throws(() => new EmotionClient(""), { field: "target" });
});

test("metadata that can not be sent is named when a client is made, and its value is not", () => {
  for (const [name, value] of [["x y", "a"], ["x-ß", "a"], ["", "a"], ["x-tenant", "secret é"], ["x-tenant", "secret\nlines"], ["x-tenant", 5], ["x-tenant", undefined], ["x-tenant", Buffer.from("a")], ["x-trace-bin", "secret"]]) {
    assert.throws(() => new EmotionClient("x:1", { metadata: { [name]: value } }), (error) => {
      assert.deepEqual([error.name, error.field], ["InvalidArgumentError", "metadata"]);
      assert.ok(error.message.startsWith(`metadata: ${JSON.stringify(name)} `) && !error.message.includes("secret"), error.message);
      return true;
    });
  }
  new EmotionClient("x:1", { metadata: { "X-Tenant": "a b~", "x-empty": "", "x-trace-bin": Buffer.from([255]) } }).close();
});

test("times in the form of the contract", () => {
  const wire = (sentAt, timeToLiveMs) => encode({ text: "hello", sentAt, timeToLiveMs }, "m").wire;
  assert.deepEqual(wire(new Date(1_500)).sentAt, { seconds: 1, nanos: 500_000_000 });
  assert.deepEqual(wire(-1_500, -1_500), { ...wire(), sentAt: { seconds: -2, nanos: 500_000_000 }, timeToLive: { seconds: -1, nanos: -500_000_000 } });
});

test("an id that is too long is not remembered", (t) => {
  const { mock } = t.mock.method(Repeats.prototype, "repeats");
  const intake = new Intake({ unique: true });
  for (const length of [257, 256, 200_000]) intake.entry({ id: "x".repeat(length), text: "hello" });
  assert.deepEqual(mock.calls.map(({ arguments: [id] }) => id.length), [256]);
});

test("an id repeats within a stream's last 4,096 messages, and not beyond", () => {
  const intake = new Intake({ unique: true });
  const again = (between) => {
    for (let number = 0; number < between; number++) intake.entry("hello");
    return intake.entry({ id: "m", text: "hello" }).tag?.error;
  };
  assert.equal(again(0), undefined);
  assert.equal(again(4_095).field, "id");
  assert.equal(again(4_096), undefined);
});
