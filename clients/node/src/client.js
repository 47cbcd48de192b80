// The client: has messages tagged by a server.
import { Channel, DEFAULT_TARGET } from "./channel.js";
import { Intake } from "./entry.js";
import { ClientClosedError, EmotionError, InvalidArgumentError, PermissionDeniedError } from "./errors.js";
import { infoFrom, labelsOf } from "./info.js";
import { Operation } from "./operation.js";
import { checkedTimeout, Options } from "./options.js";
import { Plan } from "./plan.js";
import { Attempts, Deadline, pause, Retry } from "./retry.js";
import { Session } from "./session.js";
import { Stream } from "./stream.js";
import { Decoder } from "./tag.js";

/** @typedef {import("../index.d.ts").Info} Info */
/** @typedef {import("../index.d.ts").Tag} Tag */

const DEFAULT_TIMEOUT_MS = 30_000;
// Info is of the live model, so that it never is of the candidate of a split, which has the same labels. While servers are
// replaced by others it may be of one that goes, with other labels: hence not for ever.
const ASKED_MS = 60_000;
const KNOWN = ["tls", "token", "metadata", "timeoutMs", "retry"];

/** See index.d.ts, which is written for callers. */
export class EmotionClient {
  #channel;
  #timeoutMs;
  #retry;
  /** @type {Info | undefined} what answers, once it was asked */
  #info;
  /** @type {Map<string | undefined, number>} until when the info stands for models that it is not of */
  #asked = new Map();
  /** @type {Set<Operation>} under way */
  #operations = new Set();
  #closed = false;

  /**
   * @param {string} [target]
   * @param {import("../index.d.ts").ClientOptions} [options]
   */
  constructor(target = DEFAULT_TARGET, options = {}) {
    for (const name of Object.keys(options)) {
      if (!KNOWN.includes(name)) throw new InvalidArgumentError(`${name}: is not known here; give ${KNOWN.join(", ")}`, { field: name });
    }
    this.#timeoutMs = checkedTimeout(options.timeoutMs);
    this.#retry = new Retry(options.retry);
    this.#channel = new Channel(target, options);
  }

  /**
   * @param {any} messages
   * @param {import("../index.d.ts").ClassifyOptions} [options]
   * @returns {Promise<any>}
   */
  async classify(messages, options = {}) {
    const chosen = Options.ofClassify(options);
    const list = Array.isArray(messages) ? messages : [messages];
    const tags = await this.#during(chosen, (deadline, signal) => this.#classify(list, chosen, deadline, signal));
    if (Array.isArray(messages)) return tags;
    if (tags[0].error) throw tags[0].error;
    return tags[0];
  }

  /**
   * @param {any} messages
   * @param {import("../index.d.ts").StreamOptions} [options]
   * @returns {AsyncGenerator<Tag, void, undefined>}
   */
  stream(messages, options = {}) {
    const chosen = Options.ofStream(options);
    if (typeof messages === "string" || !(messages?.[Symbol.asyncIterator] ?? messages?.[Symbol.iterator])) {
      throw new InvalidArgumentError("messages: must be an iterable or async iterable of messages, such as [text]", { field: "messages" });
    }
    return this.#stream(messages, chosen);
  }

  /** @param {import("../index.d.ts").CallOptions} [options] */
  async info(options = {}) {
    return this.#during(Options.ofCall(options), (deadline, signal) => this.#askInfo(deadline, signal));
  }

  close() {
    this.#closed = true;
    for (const operation of this.#operations) operation.cancel(closed());
    this.#channel.close();
  }

  async [Symbol.asyncDispose]() {
    this.close();
  }

  /** @param {AbortSignal | undefined} signal */
  #begin(signal) {
    if (this.#closed) throw closed();
    const operation = new Operation(signal);
    this.#operations.add(operation);
    return operation;
  }

  /** @param {Operation} operation */
  #end(operation) {
    operation.end();
    this.#operations.delete(operation);
  }

  /**
   * @template Answer
   * @param {Options} options
   * @param {(deadline: Deadline, signal: AbortSignal) => Promise<Answer>} work
   */
  async #during({ timeoutMs = this.#timeoutMs, signal }, work) {
    const operation = this.#begin(signal);
    try {
      return await work(new Deadline(timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : timeoutMs), operation.signal);
    } finally {
      this.#end(operation);
    }
  }

  /**
   * @param {any[]} messages
   * @param {Options} options
   * @param {Deadline} deadline
   * @param {AbortSignal} signal
   */
  async #classify(messages, options, deadline, signal) {
    const intake = new Intake({ unique: false }); // answers are matched by position; ids may repeat
    const plan = new Plan(messages.map((message) => intake.entry(message)), this.#retry, deadline);
    if (plan.needsLimits && !this.#info) {
      await this.#askInfo(deadline, signal).catch((error) => {
        if (!(error instanceof PermissionDeniedError)) throw error; // model info may be switched off; then calls are small
      });
    }
    for (let wires; (wires = plan.nextCall(this.#info?.limits)).length; ) {
      const request = { messages: wires, options: options.wire() };
      /** @type {any} */
      const answer = await this.#channel.unary("Classify", request, deadline, signal).catch(emotionError);
      const failed = answer instanceof EmotionError;
      const wait = failed ? plan.failed(answer) : plan.answered(await this.#decoded(answer, options, deadline, signal));
      if (wait) await pause(wait, signal);
    }
    return plan.tags();
  }

  /** Whether the info is of the model that answered, or was asked for on its account. @param {any} answer */
  #knows({ model }) {
    if (!this.#info) return false;
    return this.#info.model.digest === model?.digest || performance.now() < (this.#asked.get(model?.digest) ?? 0);
  }

  /**
   * A unary answer has scores without their labels: those are asked for once for each model that answers.
   * @param {any} answer
   * @param {Options} options
   * @param {Deadline} deadline
   * @param {AbortSignal} signal
   */
  async #decoded(answer, options, deadline, signal) {
    if (options.scores && !this.#knows(answer)) {
      await this.#askInfo(deadline, signal);
      this.#asked.set(answer.model?.digest, performance.now() + ASKED_MS);
    }
    const labels = options.scores && this.#info ? labelsOf(this.#info, options.taxonomy) : [];
    return new Decoder(options, labels).tags(answer.tags, answer.model);
  }

  /** @param {Deadline} deadline @param {AbortSignal} signal */
  async #askInfo(deadline, signal) {
    for (const attempts = new Attempts(this.#retry, deadline); ; ) {
      const answer = await this.#channel.unary("GetModelInfo", {}, deadline, signal).catch(emotionError);
      if (!(answer instanceof EmotionError)) return (this.#info = infoFrom(answer));
      await pause(attempts.failed(answer), signal);
    }
  }

  /** @param {any} messages @param {Options} options */
  async *#stream(messages, options) {
    const operation = this.#begin(options.signal);
    try {
      const deadline = new Deadline(options.timeoutMs ?? null);
      const session = new Session({ ordered: !options.unordered }, this.#retry, deadline);
      const intake = new Intake({ unique: true });
      yield* new Stream({ options, session, intake, channel: this.#channel, deadline, operation }).run(messages);
    } finally {
      this.#end(operation);
    }
  }
}

/** The failure as an answer, if a call can be made again for it. @param {unknown} failure */
function emotionError(failure) {
  if (failure instanceof EmotionError) return failure;
  throw failure;
}

function closed() {
  return new ClientClosedError("the client is closed; make another, or close this one after its last use");
}
