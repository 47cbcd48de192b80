// The contract emotag.v1, loaded from its .proto files when this is imported: nothing generated, nothing to keep fresh.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const PACKED = path("../protos");
// A package has its own copy (pack.js); the checkout has the one that everybody shares.
const PROTOS = existsSync(PACKED) ? PACKED : path("../../../protos");

/** @type {any} */
const definition = loadSync(["emotag/v1/emotion_service.proto", "error_details.proto"], {
  includeDirs: [PROTOS, path(".")],
  enums: String,
  longs: Number,
  defaults: true,
});

/** @type {any} The constructor of the stub; its methods are those of the service. */
export const EmotionService = /** @type {any} */ (grpc.loadPackageDefinition(definition)).emotag.v1.EmotionService;

/**
 * Decode a message by its full name, such as "google.rpc.Status"; throws when the bytes are none.
 * @param {string} name
 * @param {Buffer} bytes
 */
export function decode(name, bytes) {
  return definition[name].deserialize(bytes);
}
