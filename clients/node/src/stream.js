// Drives a session: one async function reads the caller's iterable, one the server's replies, one sends.
import { EventEmitter, once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { CallCancelledError, EmotionError } from "./errors.js";
import { pause } from "./retry.js";
import { interruption, ranOut } from "./status.js";
import { Decoder } from "./tag.js";

/** @typedef {import("../index.d.ts").Tag} Tag */

const LONGEST_MS = 2 ** 31 - 1; // that a timer takes

/** One stream of messages to tags. Whoever waits does so for an event of it, so that nothing polls. */
export class Stream {
  #options;
  #session;
  #intake;
  #channel;
  #deadline;
  #operation;
  #signal;
  #events = new EventEmitter(); // "room" for the reader, "work" for the sender and the connection, "tags" for the caller

  /**
   * @param {object} parts
   * @param {import("./options.js").Options} parts.options
   * @param {import("./session.js").Session} parts.session
   * @param {import("./entry.js").Intake} parts.intake
   * @param {import("./channel.js").Channel} parts.channel
   * @param {import("./retry.js").Deadline} parts.deadline
   * @param {import("./operation.js").Operation} parts.operation
   */
  constructor({ options, session, intake, channel, deadline, operation }) {
    this.#options = options;
    this.#session = session;
    this.#intake = intake;
    this.#channel = channel;
    this.#deadline = deadline;
    this.#operation = operation;
    this.#signal = operation.signal;
  }

  /**
   * Yield the tags. Leaving the loop, or anything thrown, cancels the call and closes the caller's iterable.
   * @param {AsyncIterable<any> | Iterable<any>} items
   * @returns {AsyncGenerator<Tag, void, undefined>}
   */
  async *run(items) {
    this.#guarded(this.#read(items));
    const served = this.#guarded(this.#serve());
    try {
      for (let tags = await this.#nextTags(); tags.length; tags = await this.#nextTags()) yield* tags;
    } finally {
      this.#operation.cancel(new CallCancelledError("the stream is over"));
      await served; // not for the reader: nothing can end its wait in the caller's own iterable
    }
  }

  /** Wait for tags; empty at the end. What is ready is handed out before a failure is thrown, but not after a cancel. */
  async #nextTags() {
    while (!this.#session.ready() && !this.#session.finished && !this.#signal.aborted) await this.#happened("tags");
    const cancelled = this.#signal.aborted && this.#signal.reason instanceof CallCancelledError;
    const tags = cancelled ? [] : this.#session.take();
    this.#events.emit("room");
    if (!tags.length) this.#signal.throwIfAborted();
    return tags;
  }

  /** Whatever is thrown, by the caller's own iterable too, is thrown where the tags are read. @param {Promise<void>} work */
  async #guarded(work) {
    try {
      await work;
    } catch (failure) {
      this.#operation.cancel(failure);
    }
  }

  /** @param {AsyncIterable<any> | Iterable<any>} items */
  async #read(items) {
    for await (const item of items) {
      this.#signal.throwIfAborted();
      const entry = this.#intake.entry(item);
      this.#session.admit(entry);
      this.#events.emit("work");
      if (entry.tag) this.#events.emit("tags");
      while (!this.#session.hasRoom()) await this.#happened("room", { orThrow: true });
    }
    this.#session.end();
    this.#events.emit("work");
    this.#events.emit("tags");
  }

  async #serve() {
    while (await this.#wanted()) await pause(this.#session.closed(await this.#converse()), this.#signal);
  }

  /**
   * Wait for what only a server can answer; false when nothing more comes.
   *
   * The stream's time is watched here, where no call is open to do it: before the first message, and between connections.
   */
  async #wanted() {
    while (!this.#session.wantsConnection && !this.#session.allAnswered) {
      if (!this.#deadline.remainingMs) throw this.#session.expired();
      await this.#happened("work", { orThrow: true, withinMs: this.#deadline.remainingMs });
    }
    return this.#session.wantsConnection;
  }

  /** Open a connection, and settle what comes back until it is over: with an error, or null. */
  async #converse() {
    this.#session.open();
    const decoder = new Decoder(this.#options);
    const call = await this.#channel.open(this.#deadline, this.#signal);
    const over = new AbortController();
    const sent = this.#send(call, decoder, over.signal);
    try {
      for await (const frame of call) {
        this.#session.receive(decoder.frame(frame), { drain: Boolean(frame.drain) });
        this.#events.emit("tags");
        this.#events.emit("work");
      }
      return null;
    } catch (/** @type {any} */ failure) {
      this.#signal.throwIfAborted();
      if (failure instanceof EmotionError || typeof failure.code !== "number") throw failure;
      return ranOut(failure, this.#deadline) ? this.#session.expired() : interruption(failure, this.#channel.target);
    } finally {
      over.abort();
      call.cancel(); // does nothing to a call that is over
      await sent;
    }
  }

  /**
   * What one connection sends; a frame is written when there is room on the wire.
   * @param {any} call
   * @param {Decoder} decoder
   * @param {AbortSignal} over
   */
  async #send(call, decoder, over) {
    call.write({ options: this.#options.wire() });
    for (let entries; (entries = await this.#nextFrame(decoder, over)).length; ) {
      const roomy = call.write({ messages: entries.map((entry) => entry.wire) });
      if (!roomy) await once(call, "drain", { signal: over }).catch(() => {}); // a call that fails is over
    }
    if (!over.aborted) call.end();
  }

  /**
   * Wait for entries to send; empty when nothing more will be sent on this connection.
   * @param {Decoder} decoder
   * @param {AbortSignal} over
   */
  async #nextFrame(decoder, over) {
    while (!over.aborted) {
      if (decoder.limits) { // none until the server has taken the options
        await setImmediate(); // one turn of the event loop, in which what is there gets into the same frame
        const entries = this.#session.nextFrame(decoder.limits);
        if (this.#session.ready()) this.#events.emit("tags");
        if (entries.length || this.#session.doneSending) return entries;
      }
      await once(this.#events, "work", { signal: over }).catch(() => {});
    }
    return [];
  }

  /** Wait for an event, or at most so long. @param {string} event */
  async #happened(event, { orThrow = false, withinMs = Infinity } = {}) {
    const timer = withinMs < Infinity ? setTimeout(() => this.#events.emit(event), Math.min(withinMs, LONGEST_MS)) : undefined;
    await once(this.#events, event, { signal: this.#signal }).catch(() => {});
    clearTimeout(timer);
    if (orThrow) this.#signal.throwIfAborted();
  }
}
