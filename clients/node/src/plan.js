// A plan: the unary calls that tag a list of messages, packed, and sent again where that may help. No I/O.
import { EmotionError, ProtocolError } from "./errors.js";
import { Attempts } from "./retry.js";
import { failedTag } from "./tag.js";
import { FRAME_BYTES, FRAME_MESSAGES, tooLarge } from "./window.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("../index.d.ts").Tag} Tag */

// More per call than this gains nothing, and makes what has to be sent again large.
const CALL_MESSAGES = 512;

/** Drive it: while there is a `nextCall`, make it; tell `answered` or `failed`; wait as long as they say. */
export class Plan {
  #entries;
  #unanswered;
  /** @type {Entry[]} */
  #flying = [];
  #retry;
  #deadline;
  #attempts;

  /**
   * @param {Entry[]} entries
   * @param {import("./retry.js").Retry} retry
   * @param {import("./retry.js").Deadline} deadline
   */
  constructor(entries, retry, deadline) {
    this.#entries = entries;
    this.#unanswered = entries.filter((entry) => entry.tag === null);
    this.#retry = retry;
    this.#deadline = deadline;
    this.#attempts = new Attempts(retry, deadline);
  }

  /** Whether the limits of the server must be known before the first call. */
  get needsLimits() {
    return this.#unanswered.length > FRAME_MESSAGES || this.#unanswered.some((entry) => entry.size > FRAME_BYTES);
  }

  /**
   * The messages of the next call to make; empty when every message has its tag.
   * @param {import("../index.d.ts").Limits | undefined} limits
   */
  nextCall(limits) {
    this.#flying = this.#pack(limits);
    return this.#flying.map((entry) => entry.wire);
  }

  /** The call came back: milliseconds to wait before the next. @param {Tag[]} tags */
  answered(tags) {
    if (tags.length !== this.#flying.length) {
      throw new ProtocolError(`${tags.length} tags came back for ${this.#flying.length} messages`);
    }
    /** @type {[Entry, Tag, EmotionError][]} */
    const refusals = [];
    this.#flying.forEach((entry, index) => {
      const tag = tags[index];
      if (tag.error?.transient) refusals.push([entry, tag, tag.error]);
      else entry.tag = tag;
    });
    if (refusals.length < tags.length) this.#attempts = new Attempts(this.#retry, this.#deadline);
    return refusals.length ? this.#refused(refusals) : 0;
  }

  /** The call failed as a whole: milliseconds to wait before it is made again; throws `error` when it is not. @param {EmotionError} error */
  failed(error) {
    const wait = this.#attempts.failed(error);
    this.#unanswered.unshift(...this.#flying);
    return wait;
  }

  /** The answers, in the order of the messages, once there is no next call. */
  tags() {
    return this.#entries.map((entry) => /** @type {Tag} */ (entry.tag));
  }

  /** @param {import("../index.d.ts").Limits | undefined} limits */
  #pack(limits) {
    /** @type {Entry[]} */
    const packed = [];
    let size = 0;
    const most = limits ? Math.min(CALL_MESSAGES, limits.maxFrameMessages || FRAME_MESSAGES) : FRAME_MESSAGES;
    while (packed.length < most) {
      const entry = this.#unanswered[0];
      if (!entry || (packed.length && size + entry.size > FRAME_BYTES)) break;
      this.#unanswered.shift();
      const fault = limits && tooLarge(entry, limits);
      if (fault) entry.tag = failedTag(entry.id, fault);
      else {
        size += entry.size;
        packed.push(entry);
      }
    }
    return packed;
  }

  /**
   * Send the refused ones again if there is an attempt and time for it; else their refusals are their answers.
   * @param {[Entry, Tag, EmotionError][]} refusals
   */
  #refused(refusals) {
    const errors = refusals.map(([, , error]) => error);
    const longest = errors.reduce((one, other) => ((other.retryAfterMs ?? 0) > (one.retryAfterMs ?? 0) ? other : one));
    try {
      const wait = this.#attempts.failed(longest);
      this.#unanswered.unshift(...refusals.map(([entry]) => entry));
      return wait;
    } catch (error) {
      if (error !== longest) throw error;
      for (const [entry, tag] of refusals) entry.tag = tag;
      return 0;
    }
  }
}
