// A session: one stream as the caller sees it, over as many connections as it takes. No I/O; stream.js brings that.
//
// stream.js                       session
// open()                  →       everything unanswered is unsent
// nextFrame()             →       entries to send now, or none; `doneSending` says to half-close
// receive(tags, drain)    →       answers settle; refusals and a drain notice make it half-close
// closed(error)           →       milliseconds to wait before the next open(), or the error to give up with
import { DeadlineExceededError, StreamBrokenError, UnavailableError } from "./errors.js";
import { Failures } from "./retry.js";
import { Window } from "./window.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("./errors.js").EmotionError} EmotionError */
/** @typedef {import("../index.d.ts").Limits} Limits */
/** @typedef {import("../index.d.ts").Tag} Tag */

/**
 * Admits messages, says what to send, settles answers, and decides when to connect again.
 *
 * A refusal that may pass (a full queue, a server that stops) half-closes the connection: what was admitted is still
 * answered there, and what was refused is sent again on the next one, after the wait that the server asked for.
 */
export class Session {
  #window;
  #retry;
  #deadline;
  #ended = false; // the caller's iterable
  #leaving = false; // this connection
  #failures; // in a row, without progress
  /**
   * Progress is that the oldest message is answered. Any answer would not do: a message that kills every server that
   * takes it would be sent for ever while its neighbours are answered.
   * @type {Entry | undefined}
   */
  #oldest;
  #retryAfterMs = 0;
  /** @type {EmotionError | null} */
  #refusal = null;

  /**
   * @param {{ordered: boolean}} options
   * @param {import("./retry.js").Retry} retry
   * @param {import("./retry.js").Deadline} deadline
   */
  constructor(options, retry, deadline) {
    this.#window = new Window(options);
    this.#retry = retry;
    this.#deadline = deadline;
    this.#failures = new Failures(retry);
  }

  // What the caller's side asks and says

  /** Whether another message may be taken from the caller. */
  hasRoom() {
    return this.#window.hasRoom();
  }

  /** Take a message in. @param {Entry} entry */
  admit(entry) {
    this.#window.admit(entry);
  }

  /** The caller has no more messages. */
  end() {
    this.#ended = true;
  }

  /** Whether `take` has something. */
  ready() {
    return this.#window.ready();
  }

  /** Hand out tags whose turn it is. */
  take() {
    return this.#window.take();
  }

  /** Every message was taken in, answered and handed out. */
  get finished() {
    return this.#ended && this.#window.length === 0;
  }

  // What the connection's side asks and says

  /** Every message was taken in and answered: no connection will be wanted any more. */
  get allAnswered() {
    return this.#ended && !this.wantsConnection;
  }

  /** Whether there is something that only a server can answer. */
  get wantsConnection() {
    return this.#window.unanswered > 0;
  }

  /** A connection is being opened. */
  open() {
    this.#leaving = false;
    this.#oldest = this.#window.oldest();
    this.#window.sendAllAgain();
  }

  /** Entries to send now; empty when there are none, or nothing more may be sent on this connection. @param {Limits} limits */
  nextFrame(limits) {
    return this.#leaving ? [] : this.#window.nextFrame(limits);
  }

  /** Whether to half-close: nothing more will be sent on this connection. */
  get doneSending() {
    return this.#leaving || (this.#ended && !this.#window.unsent());
  }

  /**
   * Settle the tags of a frame; throws a ProtocolError for a tag of a message that does not wait for it.
   * @param {Tag[]} tags
   * @param {{drain: boolean}} notice
   */
  receive(tags, { drain }) {
    this.#leaving ||= drain;
    for (const tag of tags) {
      const entry = this.#window.entry(tag.messageId);
      if (tag.error?.transient && this.#mayRefuse(entry)) this.#refuse(tag.error);
      else this.#window.settle(entry, tag);
    }
  }

  /**
   * The connection is over, with an error or in order: milliseconds to wait before the next.
   *
   * Throws `error` itself when connecting again can not help, and a StreamBrokenError when there were too many in a row
   * without progress, or there is no time for another.
   * @param {EmotionError | null} error
   */
  closed(error) {
    if (error && !error.transient) throw error;
    if (this.#window.oldest() !== this.#oldest) this.#failures.reset();
    if (!this.wantsConnection) return 0;
    this.#failures.add();
    const cause = error ?? this.#refusal ?? new UnavailableError("the server ended the stream before it answered everything");
    const wait = this.#retry.wait(this.#failures.count, Math.max(this.#retryAfterMs, cause.retryAfterMs ?? 0));
    this.#retryAfterMs = 0;
    this.#refusal = null;
    if (!this.#deadline.allows(wait)) throw this.#broken("there is no time for another attempt", cause);
    if (!this.#failures.allow(wait)) {
      const { count, elapsedMs } = this.#failures;
      throw this.#broken(`interrupted ${count} times in ${(elapsedMs / 1e3).toFixed(1)} s without an answer`, cause);
    }
    return wait;
  }

  /** The error of a stream whose time ran out. */
  expired() {
    return new DeadlineExceededError(`the stream's time ran out; ${this.#counts()}`);
  }

  /** @param {Entry} entry */
  #mayRefuse(entry) {
    entry.refusals ??= new Failures(this.#retry);
    entry.refusals.add();
    return entry.refusals.allow();
  }

  /** @param {EmotionError} error */
  #refuse(error) {
    this.#leaving = true;
    this.#refusal = error;
    this.#retryAfterMs = Math.max(this.#retryAfterMs, error.retryAfterMs ?? 0);
  }

  /** @param {string} why @param {EmotionError} cause */
  #broken(why, cause) {
    const { answered, admitted } = this.#window;
    const problem = `${why}; ${this.#counts()}; last: ${cause.message}`;
    return new StreamBrokenError(problem, { answered, unanswered: admitted - answered, cause });
  }

  #counts() {
    const { answered, admitted } = this.#window;
    return `${answered} messages were answered, ${admitted - answered} were not`;
  }
}
