// A server that does what a test says, and what tests have in common.
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { EmotionClient } from "emotag";
import { EmotionService } from "../src/contract.js";

const DETAILS = loadSync("error_details.proto", { includeDirs: [fileURLToPath(new URL("../src", import.meta.url))] });
export const MODEL = { name: "scripted", version: "1", digest: "d" };
export const LIMITS = { maxTextBytes: 65_536, maxFrameBytes: 16 << 20, maxFrameMessages: 1024, maxTokens: 256 };
const TAXONOMY = { name: "basic", labels: ["joy"], thresholds: [0.5] };

/** Start one at a port, by default a free one; closes with the test. */
export async function scripted(test, handlers, port = 0) {
  const server = new grpc.Server();
  server.addService(EmotionService.service, {
    Classify: (call, answer) => answer(null, { tags: call.request.messages.map(joy), model: MODEL }),
    GetModelInfo: (_, answer) => answer(null, { model: MODEL, taxonomies: [TAXONOMY], limits: LIMITS }),
    StreamClassify: (call) => conversation(call, (messages) => call.write({ tags: messages.map(joy) })),
    ...handlers,
  });
  const bound = await new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, at) => (error ? reject(error) : resolve(at)));
  });
  test.after(() => server.forceShutdown());
  return { target: `127.0.0.1:${bound}`, port: bound, die: () => server.forceShutdown() };
}

/** A client that closes with the test. */
export function client(test, target, options) {
  const made = new EmotionClient(target, options);
  test.after(() => made.close());
  return made;
}

/** Start a stream's replies; `frame` gets what each frame of messages holds. */
export function conversation(call, frame, limits = LIMITS) {
  call.write({ start: { model: MODEL, taxonomy: "basic", labels: ["joy"], limits } });
  call.on("data", ({ messages }) => messages.length && frame(messages));
  call.on("end", () => call.end());
}

export function joy({ id }) {
  return { messageId: id, label: "joy", score: 1, labels: ["joy"], scores: [1] };
}

/** Texts with ids, and how far they were read. */
export function counted(count) {
  const source = { read: 0, closed: false };
  source.messages = (function* () {
    try {
      while (source.read < count) yield { id: `m${source.read++}`, text: "thank you" };
    } finally {
      source.closed = true;
    }
  })();
  return source;
}

/** What a call fails with that is told to come again. */
export function overloaded(retryMs) {
  const packed = (name, value) => ({ type_url: `type.googleapis.com/${name}`, value: DETAILS[name].serialize(value) });
  const retryDelay = { seconds: 0, nanos: retryMs * 1e6 };
  return {
    code: grpc.status.RESOURCE_EXHAUSTED,
    message: "full",
    details: [packed("google.rpc.ErrorInfo", { reason: "QUEUE_FULL" }), packed("google.rpc.RetryInfo", { retryDelay })],
  };
}

/** Wait for a condition that becomes true in this process; the runner's timeout ends a wait for ever. */
export async function until(condition) {
  while (!condition()) await new Promise(setImmediate);
}

export async function cancelled(call) {
  if (!call.cancelled) await once(call, "cancelled");
}

/** A list of what an async iterable gives. */
export async function collected(tags) {
  const list = [];
  for await (const tag of tags) list.push(tag);
  return list;
}
