// Stubs of emotag.v1, made from the repository's protos/ when they are loaded: nothing generated, nothing to keep fresh.
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const PROTOS = fileURLToPath(new URL("../../protos", import.meta.url));
const definition = loadSync("emotag/v1/emotion_service.proto", {
  includeDirs: [PROTOS],
  keepCase: true,
  enums: String,
  defaults: true,
});
const { EmotionService } = grpc.loadPackageDefinition(definition).emotag.v1;

/** A client of the service at `target`, such as "localhost:50051", in plaintext. Close it when done. */
export function connect(target) {
  return new EmotionService(target, grpc.credentials.createInsecure(), { "grpc.keepalive_time_ms": 30000 });
}

/** Tag messages by one unary call; resolves to the response: one tag per message, in their order, and the model. */
export function classify(client, messages, options = {}) {
  const deadline = new Date(Date.now() + 30000);
  return new Promise((resolve, reject) => {
    client.Classify({ messages, options }, { deadline }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

/** Tag messages while they come: yields one tag per message, in their order. `messages` is any (async) iterable. */
export async function* stream(client, messages, options = {}) {
  const call = client.StreamClassify();
  const sent = send(call, messages, options);
  sent.catch((error) => call.destroy(error)); // whatever the caller's iterable throws is thrown to who reads the tags
  try {
    for await (const frame of call) yield* frame.tags;
    await sent;
  } finally {
    call.cancel();
  }
}

async function send(call, messages, options) {
  call.write({ options });
  for await (const message of messages) {
    // false says that the server holds back: wait until it has read.
    if (!call.write({ messages: [message] })) await new Promise((drained) => call.once("drain", drained));
  }
  call.end();
}
