// How the SDK connects: channel arguments, credentials, metadata, and calls that a signal ends.
import grpc from "@grpc/grpc-js";
import { EmotionService } from "./contract.js";
import { InvalidArgumentError } from "./errors.js";
import { interruption } from "./status.js";
import { credentials } from "./tls.js";
import { BearerToken, checkReadable } from "./token.js";

/** @typedef {import("./retry.js").Deadline} Deadline */

export const DEFAULT_TARGET = "localhost:50051";
// Replies with all scores and token weights are larger than gRPC's default of 4 MiB allows; requests are kept within the
// limits that the server names by whoever makes them.
const ARGUMENTS = {
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.keepalive_permit_without_calls": 1, // idle streams of agents cross NATs that forget
  "grpc.initial_reconnect_backoff_ms": 100, // `Retry` paces; gRPC's own second would hide a server that is back
  "grpc.max_reconnect_backoff_ms": 2_000,
  "grpc.dns_min_time_between_resolutions_ms": 1_000, // nor may its 30 seconds between two look-ups of a name
  "grpc.max_receive_message_length": 64 << 20,
  "grpc.max_send_message_length": -1,
  "grpc.use_local_subchannel_pool": 1, // `close` of one client ends its connection, and no other's
};

/** The calls of one client. */
export class Channel {
  #stub;
  #token;
  #metadata;

  /**
   * Connects at the first call.
   * @param {string} target
   * @param {import("../index.d.ts").ConnectionOptions} options
   */
  constructor(target, { tls, token, metadata = {} }) {
    if (typeof target !== "string" || !target) {
      throw new InvalidArgumentError(`target: must be host:port, not ${JSON.stringify(target)}`, { field: "target" });
    }
    if (token !== undefined && !tls) checkReadable(target);
    this.target = target;
    this.#token = token === undefined ? null : new BearerToken(token);
    this.#metadata = checkedMetadata(metadata);
    const secured = credentials(tls);
    const named = typeof tls === "object" && tls.serverName ? { "grpc.ssl_target_name_override": tls.serverName } : {};
    this.#stub = new EmotionService(target, secured, { ...ARGUMENTS, ...named });
  }

  /**
   * Make a unary call.
   * @param {"Classify" | "GetModelInfo"} method
   * @param {object} request
   * @param {Deadline} deadline
   * @param {AbortSignal} signal
   * @returns {Promise<any>}
   */
  async unary(method, request, deadline, signal) {
    const metadata = await this.#callMetadata(signal);
    return new Promise((resolve, reject) => {
      const cancel = () => call.cancel();
      const call = this.#stub[method](request, metadata, { deadline: deadline.at }, (/** @type {any} */ failure, /** @type {any} */ answer) => {
        signal.removeEventListener("abort", cancel);
        if (!failure) resolve(answer);
        else reject(signal.aborted ? signal.reason : interruption(failure, this.target));
      });
      signal.addEventListener("abort", cancel);
    });
  }

  /**
   * Open a call of StreamClassify.
   * @param {Deadline} deadline
   * @param {AbortSignal} signal
   */
  async open(deadline, signal) {
    const call = this.#stub.StreamClassify(await this.#callMetadata(signal), { deadline: deadline.at });
    const cancel = () => call.cancel();
    signal.addEventListener("abort", cancel);
    call.on("status", () => signal.removeEventListener("abort", cancel));
    call.on("error", () => {}); // who reads the call is told; without this, one that is read no more would end the process
    return call;
  }

  /** Disconnect for good. */
  close() {
    this.#stub.close();
  }

  /** @param {AbortSignal} signal */
  async #callMetadata(signal) {
    const metadata = this.#metadata.clone();
    if (this.#token) metadata.set("authorization", await this.#token.header());
    signal.throwIfAborted();
    return metadata;
  }
}

/**
 * What every call brings; throws an InvalidArgumentError when it can not be sent. Values are not repeated there: secrets.
 * @param {Record<string, string | Buffer>} given
 */
function checkedMetadata(given) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(given)) {
    try {
      if (typeof value !== "string" && !Buffer.isBuffer(value)) throw new TypeError("neither text nor bytes");
      metadata.set(name, value);
    } catch {
      const fix = "give a name of a to z, 0 to 9, _, - and . and a string of printable ASCII, or a Buffer where the name ends in -bin";
      throw new InvalidArgumentError(`metadata: ${JSON.stringify(name)} can not be sent; ${fix}`, { field: "metadata" });
    }
  }
  return metadata;
}
