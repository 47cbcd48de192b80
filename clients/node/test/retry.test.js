// When a call or a message is sent again, and what an overloaded or absent server ends in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlineExceededError, OverloadedError, StreamBrokenError, UnavailableError } from "emotag";
import { Attempts, Deadline, Retry } from "../src/retry.js";
import { client, collected, conversation, joy, overloaded, scripted } from "./scripted.js";

const NOBODY = "127.0.0.1:1";

test("a wait is within its bounds, and never shorter than the server asks for", () => {
  const retry = new Retry({ initialMs: 100, maximumMs: 250 });
  for (let draw = 0; draw < 200; draw++) {
    assert.ok(retry.wait(1) <= 100);
    assert.ok(retry.wait(9) <= 250);
    assert.ok(retry.wait(1, 70) >= 70 && retry.wait(1, 70) <= 170);
  }
});

test("an overloaded server is asked again after what it says", async (t) => {
  let calls = 0;
  const Classify = (call, answer) => {
    calls += 1;
    answer(null, { tags: call.request.messages.map((one) => (calls < 3 ? { messageId: one.id, error: overloaded(20) } : joy(one))) });
  };
  const { target } = await scripted(t, { Classify });
  assert.equal((await client(t, target).classify("thank you")).label, "joy");
  assert.equal(calls, 3);
});

test("a caller that does not want to wait gets the hint", async (t) => {
  const Classify = (call, answer) => answer(null, { tags: call.request.messages.map(({ id }) => ({ messageId: id, error: overloaded(20) })) });
  const { target } = await scripted(t, { Classify });
  const error = await client(t, target, { retry: { attempts: 1 } }).classify("thank you").catch((thrown) => thrown);
  assert.ok(error instanceof OverloadedError, error);
  assert.deepEqual([error.code, error.reason, error.retryAfterMs, error.transient], ["RESOURCE_EXHAUSTED", "QUEUE_FULL", 20, true]);
});

test("a stream sends again what was refused, and nothing else", async (t) => {
  const got = [];
  const StreamClassify = (call) => {
    const mine = got.push([]) - 1;
    conversation(call, (messages) => {
      got[mine].push(...messages.map(({ id }) => id));
      call.write({ tags: messages.map((one) => (mine === 0 && one.id === "b" ? { messageId: "b", error: overloaded(5) } : joy(one))) });
    });
  };
  const { target } = await scripted(t, { StreamClassify });
  const tags = await collected(client(t, target).stream(["a", "b", "c"].map((id) => ({ id, text: "thank you" }))));
  assert.deepEqual(tags.map(({ messageId, label }) => [messageId, label]), [["a", "joy"], ["b", "joy"], ["c", "joy"]]);
  assert.deepEqual(got, [["a", "b", "c"], ["b"]]);
});

test("nobody there: a call says where it looked and what to do", async (t) => {
  for (const retry of [{ attempts: 1 }, { totalMs: 200 }]) {
    const error = await client(t, NOBODY, { retry }).classify("thank you").catch((thrown) => thrown);
    assert.ok(error instanceof UnavailableError, error);
    assert.match(error.message, /no server answers at 127\.0\.0\.1:1 .*ECONNREFUSED.*start one with "emotag serve"/);
  }
});

test("nobody there: a timeout ends it, and what was wrong is said all the same", async (t) => {
  const one = client(t, NOBODY, { retry: { totalMs: 1e9 } });
  for (const work of [() => one.classify("thank you", { timeoutMs: 500 }), () => collected(one.stream(["thank you"], { timeoutMs: 500 }))]) {
    await assert.rejects(work, { message: /127\.0\.0\.1:1/ });
  }
});

test("of a deadline that ends a later attempt, the attempt before says why", () => {
  const attempts = new Attempts(new Retry(), new Deadline(null));
  const [absent, late] = [new UnavailableError("nobody"), new DeadlineExceededError("late")];
  assert.throws(() => new Attempts(new Retry(), new Deadline(null)).failed(late), late);
  attempts.failed(absent);
  assert.throws(() => attempts.failed(late), absent);
});

test("a timeout of more than decades is none, and no moment that gRPC can not express", async (t) => {
  for (const timeoutMs of [1e13, 3e14, 4e14, 1e16, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Infinity]) {
    const deadline = new Deadline(timeoutMs);
    assert.deepEqual([deadline.at, deadline.remainingMs, deadline.allows(1e9)], [Infinity, Infinity, true]);
    const { target } = await scripted(t, {});
    const one = client(t, target);
    assert.equal((await one.classify("thank you", { timeoutMs })).label, "joy");
    assert.equal((await collected(one.stream(["thank you"], { timeoutMs })))[0].label, "joy");
  }
  assert.ok(new Deadline(1e12).at < Infinity);
});

test("nobody there: a stream gives up, and says how much was answered", async (t) => {
  const error = await collected(client(t, NOBODY, { retry: { attempts: 2, initialMs: 1 } }).stream(["a", "b"])).catch((thrown) => thrown);
  assert.ok(error instanceof StreamBrokenError, error);
  assert.deepEqual([error.answered, error.unanswered, error.code, error.reason], [0, 2, "UNAVAILABLE", "STREAM_BROKEN"]);
  assert.match(error.message, /127\.0\.0\.1:1/);
  assert.ok(error.cause instanceof UnavailableError);
});
