// Operations that one signal of the caller may end.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { CallCancelledError, PermissionDeniedError } from "emotag";
import { Operation } from "../src/operation.js";
import { client, collected, scripted, until } from "./scripted.js";

const MANY = 12; // more than the ten of which Node.js warns

const listeners = (signal) => getEventListeners(signal, "abort").length;

/** What Node.js warns of while the test runs. */
function warnings(t) {
  const names = [];
  const note = ({ name }) => names.push(name);
  process.on("warning", note);
  t.after(() => process.off("warning", note));
  return names;
}

test("many calls and streams may share a signal: no warning, and nothing is left on it", async (t) => {
  const [heard, held, { signal }] = [warnings(t), [], new AbortController()];
  const { target } = await scripted(t, { GetModelInfo: (_, answer) => held.push(answer) });
  const one = client(t, target);
  const calls = Array.from({ length: MANY }, () => one.info({ signal }).catch((error) => error));
  await until(() => held.length === MANY);
  for (let turn = 0; turn < MANY; turn++) {
    await one.classify("thank you", { signal });
    assert.equal((await collected(one.stream(["thank you"], { signal }))).length, 1);
  }
  assert.deepEqual(heard, []);
  assert.equal(listeners(signal), 1);
  for (const answer of held) answer({ code: status.PERMISSION_DENIED, details: "switched off" });
  for (const error of await Promise.all(calls)) assert.ok(error instanceof PermissionDeniedError, error);
  assert.equal(listeners(signal), 0);
});

test("its end reaches those that are under way, and no other", async (t) => {
  const [heard, stop] = [warnings(t), new AbortController()];
  const [over, ...going] = Array.from({ length: MANY }, () => new Operation(stop.signal));
  over.end();
  await setImmediate(); // by when Node.js has warned
  assert.deepEqual(heard, []);
  assert.equal(listeners(stop.signal), 1);
  stop.abort(new Error("enough"));
  assert.ok(!over.signal.aborted);
  for (const { signal } of [...going, new Operation(stop.signal)]) {
    assert.ok(signal.reason instanceof CallCancelledError, signal.reason);
    assert.equal(signal.reason.cause.message, "enough");
  }
  for (const operation of going) operation.end();
  assert.equal(listeners(stop.signal), 0);
});
