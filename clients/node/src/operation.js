// An operation: a call or a stream of the caller, with all its attempts, and what may end it before its time.
import { CallCancelledError } from "./errors.js";

/** Its signal is aborted by the caller's own, by the client that closes, or by a failure; the reason is what to throw. */
export class Operation {
  #controller = new AbortController();
  #given;
  #abort = () => this.cancel(new CallCancelledError("the call was cancelled by its signal", { cause: this.#given?.reason }));

  /** @param {AbortSignal | undefined} given */
  constructor(given) {
    this.#given = given;
    if (given?.aborted) this.#abort();
    given?.addEventListener("abort", this.#abort);
  }

  /** @returns {AbortSignal} */
  get signal() {
    return this.#controller.signal;
  }

  /** End it, to throw this. @param {unknown} error */
  cancel(error) {
    this.#controller.abort(error);
  }

  /** It is over. */
  end() {
    this.#given?.removeEventListener("abort", this.#abort);
  }
}
