// When a call has the server asked for its model, and what it does without an answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { client, joy, LIMITS, MODEL, scripted } from "./scripted.js";

test("a candidate that answers costs one more call and no more, since info is of the live model", async (t) => {
  let asked = 0;
  const { target } = await scripted(t, {
    Classify: (call, answer) => answer(null, { tags: call.request.messages.map(joy), model: { ...MODEL, digest: "of the candidate" } }),
    GetModelInfo: (_, answer) => ++asked && answer(null, { model: MODEL, taxonomies: [{ name: "basic", labels: ["joy"], thresholds: [0.5] }], limits: LIMITS }),
  });
  const one = client(t, target);
  for (let turn = 0; turn < 3; turn++) assert.deepEqual((await one.classify("thank you", { scores: true })).scores, { joy: 1 });
  assert.equal(asked, 1);
});

test("without model info many messages are smaller calls", async (t) => {
  const sizes = [];
  const { target } = await scripted(t, {
    Classify: (call, answer) => sizes.push(call.request.messages.length) && answer(null, { tags: call.request.messages.map(joy), model: MODEL }),
    GetModelInfo: (_, answer) => answer({ code: status.PERMISSION_DENIED, details: "model info is switched off" }),
  });
  const one = client(t, target);
  assert.equal((await one.classify(Array(100).fill("thank you"))).length, 100);
  assert.deepEqual(sizes, [64, 36]);
  await assert.rejects(one.classify("thank you", { scores: true }), { code: "PERMISSION_DENIED" });
});
