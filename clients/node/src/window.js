// The window: the messages that were taken from the caller's iterable and whose tags it does not have yet. No I/O.
import { InvalidArgumentError, ProtocolError } from "./errors.js";
import { failedTag } from "./tag.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("../index.d.ts").Limits} Limits */
/** @typedef {import("../index.d.ts").Tag} Tag */

// Less than the 4,096 ids that a server remembers, so that whatever is sent again on a new stream is no repeat there;
// enough to keep several batches in flight.
export const ROOM_MESSAGES = 1024;
const ROOM_BYTES = 16 << 20;
export const FRAME_MESSAGES = 64;
export const FRAME_BYTES = 1 << 20;

/** Bounded, ordered, and the only place that knows which messages are unanswered. */
export class Window {
  #ordered;
  #bytes = 0;
  /** @type {Entry[]} ordered: from admission until handed out */
  #held = [];
  /** @type {Entry[]} unordered: answered, not handed out */
  #ready = [];
  /** @type {Map<string, Entry>} in the order of admission */
  #unanswered = new Map();
  /** @type {Entry[]} */
  #unsent = [];
  #handedOut = 0;

  /** @param {{ordered: boolean}} options */
  constructor({ ordered }) {
    this.#ordered = ordered;
  }

  /** How many were taken in and not handed out. */
  get length() {
    return this.#ordered ? this.#held.length : this.#unanswered.size + this.#ready.length;
  }

  /** How many messages wait for an answer of the server. */
  get unanswered() {
    return this.#unanswered.size;
  }

  /** How many tags the caller has, or gets before anything else happens. */
  get answered() {
    const source = this.#ordered ? this.#held : this.#ready;
    const first = source.findIndex((entry) => entry.tag === null);
    return this.#handedOut + (first < 0 ? source.length : first);
  }

  /** How many messages were taken in, from the first. */
  get admitted() {
    return this.#handedOut + this.length;
  }

  /** Whether another message may be taken from the caller. */
  hasRoom() {
    return this.length < ROOM_MESSAGES && this.#bytes < ROOM_BYTES;
  }

  /** Take a message in; one that has its answer already only waits for its turn. @param {Entry} entry */
  admit(entry) {
    if (this.#ordered) this.#held.push(entry);
    if (entry.tag === null) {
      this.#unanswered.set(entry.id, entry);
      this.#unsent.push(entry);
      this.#bytes += entry.size;
    } else if (!this.#ordered) this.#ready.push(entry);
  }

  /** Whether there is something to send. */
  unsent() {
    return this.#unsent.length > 0;
  }

  /** On a new connection everything unanswered is unsent. */
  sendAllAgain() {
    this.#unsent = [...this.#unanswered.values()];
  }

  /**
   * The entries of the next frame: what is there, as many as fit; empty when there is nothing.
   *
   * A message of more than a frame's usual size travels alone, if the server reads that much at all.
   * @param {Limits} limits
   */
  nextFrame(limits) {
    /** @type {Entry[]} */
    const entries = [];
    let size = 0;
    const most = Math.min(FRAME_MESSAGES, limits.maxFrameMessages || FRAME_MESSAGES);
    while (entries.length < most) {
      const entry = this.#unsent[0];
      if (!entry || (entries.length && size + entry.size > FRAME_BYTES)) break;
      this.#unsent.shift();
      const fault = tooLarge(entry, limits);
      if (fault) this.settle(entry, failedTag(entry.id, fault));
      else {
        size += entry.size;
        entries.push(entry);
      }
    }
    return entries;
  }

  /** The unanswered entry that an answer is for; throws a ProtocolError when there is none. @param {string} id */
  entry(id) {
    const entry = this.#unanswered.get(id);
    if (!entry) throw new ProtocolError(`the server answered a message that does not wait for it: '${id}'`);
    return entry;
  }

  /** Record a message's final answer. @param {Entry} entry @param {Tag} tag */
  settle(entry, tag) {
    this.#unanswered.delete(entry.id);
    this.#bytes -= entry.size;
    entry.wire = null; // else an entry that waits for its turn would hold bytes that are counted no more
    entry.tag = tag;
    if (!this.#ordered) this.#ready.push(entry);
  }

  /** Whether there is a tag to hand out. */
  ready() {
    return this.#ready.length > 0 || Boolean(this.#held[0]?.tag);
  }

  /** Hand out tags whose turn it is, at most a frame of them: room is made as they are taken. */
  take() {
    const source = this.#ordered ? this.#held : this.#ready;
    /** @type {Tag[]} */
    const tags = [];
    while (tags.length < FRAME_MESSAGES && source[0]?.tag) {
      tags.push(source[0].tag);
      source.shift();
    }
    this.#handedOut += tags.length;
    return tags;
  }

  /** The unanswered message that was taken in first. */
  oldest() {
    return this.#unanswered.values().next().value;
  }
}

/**
 * Why a message would break the connection that it were sent on, or null.
 * @param {Entry} entry
 * @param {Limits} limits
 */
export function tooLarge(entry, limits) {
  if (!limits.maxFrameBytes || entry.size <= limits.maxFrameBytes) return null;
  return new InvalidArgumentError(
    `text: the message has about ${entry.size} bytes, more than the ${limits.maxFrameBytes} that the server reads; send its beginning`,
    { reason: "INVALID_MESSAGE", field: "text" },
  );
}
