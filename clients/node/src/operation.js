// An operation: a call or a stream of the caller, with all its attempts, and what may end it before its time.
import { CallCancelledError } from "./errors.js";

/**
 * What each signal of callers ends. A signal has one listener for all of them: of more than ten Node.js warns, as of a leak.
 * @type {WeakMap<AbortSignal, Set<Operation>>}
 */
const UNDER_WAY = new WeakMap();

/** Its signal is aborted by the caller's own, by the client that closes, or by a failure; the reason is what to throw. */
export class Operation {
  #controller = new AbortController();
  #given;

  /** @param {AbortSignal | undefined} given */
  constructor(given) {
    this.#given = given;
    if (given?.aborted) this.abandon();
    else if (given) begin(this, given);
  }

  /** @returns {AbortSignal} */
  get signal() {
    return this.#controller.signal;
  }

  /** End it, to throw this. @param {unknown} error */
  cancel(error) {
    this.#controller.abort(error);
  }

  /** End it, since the caller's signal was aborted. */
  abandon() {
    this.cancel(new CallCancelledError("the call was cancelled by its signal", { cause: this.#given?.reason }));
  }

  /** It is over. */
  end() {
    if (this.#given) forget(this, this.#given);
  }
}

/** @param {Operation} operation @param {AbortSignal} given */
function begin(operation, given) {
  const operations = UNDER_WAY.get(given);
  if (operations) {
    operations.add(operation);
    return;
  }
  UNDER_WAY.set(given, new Set([operation]));
  given.addEventListener("abort", abandonAll);
}

/** @param {Operation} operation @param {AbortSignal} given */
function forget(operation, given) {
  const operations = UNDER_WAY.get(given);
  if (!operations?.delete(operation) || operations.size) return;
  UNDER_WAY.delete(given);
  given.removeEventListener("abort", abandonAll);
}

/** @param {Event} event */
function abandonAll({ target }) {
  for (const operation of UNDER_WAY.get(/** @type {AbortSignal} */ (target)) ?? []) operation.abandon();
}
