// When to send again: exponential backoff with full jitter, never past the deadline.
import { setTimeout } from "node:timers/promises";
import { DeadlineExceededError, InvalidArgumentError } from "./errors.js";

/** @typedef {import("./errors.js").EmotionError} EmotionError */

/** How long, how often and how soon to send again what is safe to send again; classifying always is. */
export class Retry {
  /** @param {import("../index.d.ts").RetryOptions} [options] */
  constructor({ attempts = 0, initialMs = 100, maximumMs = 5_000, totalMs = 30_000, ...rest } = {}) {
    for (const [name, value] of Object.entries({ attempts, initialMs, maximumMs, totalMs })) {
      if (typeof value !== "number" || !(value >= 0)) throw invalid(name, `must be a number of 0 or more, not ${value}`);
    }
    for (const name of Object.keys(rest)) throw invalid(name, "is not known; give attempts, initialMs, maximumMs or totalMs");
    if (initialMs > maximumMs) throw invalid("initialMs", `must not be more than maximumMs, ${maximumMs}, but is ${initialMs}`);
    this.attempts = attempts;
    this.initialMs = initialMs;
    this.maximumMs = maximumMs;
    this.totalMs = totalMs;
  }

  /**
   * Milliseconds to wait after so many failures in a row; never less than the server asks for.
   *
   * The wait is drawn from [0, bound] ("full jitter"), so that callers that failed together do not return together:
   * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
   * @param {number} failures
   * @param {number | null} [retryAfterMs]
   */
  wait(failures, retryAfterMs = null) {
    const bound = Math.min(this.maximumMs, this.initialMs * 2 ** Math.min(failures - 1, 60));
    return (retryAfterMs ?? 0) + Math.random() * bound;
  }
}

/** Failures in a row, and whether they are too many. */
export class Failures {
  #retry;
  #since = 0;
  count = 0;

  /** @param {Retry} retry */
  constructor(retry) {
    this.#retry = retry;
  }

  /** One more. */
  add() {
    if (this.count === 0) this.#since = performance.now();
    this.count += 1;
  }

  /** Something succeeded. */
  reset() {
    this.count = 0;
  }

  /** How long it has been since the first, in milliseconds. */
  get elapsedMs() {
    return this.count === 0 ? 0 : performance.now() - this.#since;
  }

  /** Whether another attempt may begin after waiting so long. */
  allow(waitMs = 0) {
    if (this.#retry.attempts && this.count >= this.#retry.attempts) return false;
    return this.elapsedMs + waitMs <= this.#retry.totalMs;
  }
}

const NEVER_MS = 1e12; // thirty years and more; of a moment that gRPC can not express grpc-js ends the process

/** The moment by which a call must be over. */
export class Deadline {
  /** @param {number | null} timeoutMs null means never, and so do decades */
  constructor(timeoutMs) {
    this.at = timeoutMs === null || timeoutMs > NEVER_MS ? Infinity : Date.now() + timeoutMs; // as grpc-js takes it
  }

  /** How much time is left, in milliseconds, at least 0; Infinity when there is no deadline. */
  get remainingMs() {
    return Math.max(0, this.at - Date.now());
  }

  /** Whether there is time left after waiting so long. @param {number} waitMs */
  allows(waitMs) {
    return Date.now() + waitMs < this.at;
  }
}

/** The attempts of one call. */
export class Attempts {
  #retry;
  #deadline;
  #failures;
  /** @type {EmotionError | null} */
  #last = null;

  /** @param {Retry} retry @param {Deadline} deadline */
  constructor(retry, deadline) {
    this.#retry = retry;
    this.#deadline = deadline;
    this.#failures = new Failures(retry);
  }

  /**
   * Milliseconds to wait before the next attempt; throws `error` when it is final, or no attempt or time is left.
   *
   * Of a deadline that ends a later attempt the attempt before says why, and is thrown.
   * @param {EmotionError} error
   */
  failed(error) {
    if (error instanceof DeadlineExceededError && this.#last) throw this.#last;
    this.#last = error;
    this.#failures.add();
    const wait = this.#retry.wait(this.#failures.count, error.retryAfterMs);
    if (!(error.transient && this.#failures.allow(wait) && this.#deadline.allows(wait))) throw error;
    return wait;
  }
}

/**
 * Wait so long; throws the signal's reason when it is aborted meanwhile.
 * @param {number} ms
 * @param {AbortSignal} signal
 */
export async function pause(ms, signal) {
  await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** @param {string} name @param {string} problem */
function invalid(name, problem) {
  return new InvalidArgumentError(`retry.${name}: ${problem}`, { field: `retry.${name}` });
}
