// How a caller wants its tags, and how long it waits for them.
import { InvalidArgumentError } from "./errors.js";

/** @typedef {import("../index.d.ts").StreamOptions} StreamOptions */

const CALL = ["timeoutMs", "signal"];
const CLASSIFY = ["taxonomy", "scores", "topK", "explain", ...CALL];
const STREAM = [...CLASSIFY, "unordered"];

/** The options of one call, checked; throws an InvalidArgumentError that names the one at fault. */
export class Options {
  /**
   * @param {StreamOptions} given
   * @param {string[]} known
   */
  constructor(given, known) {
    for (const name of Object.keys(given)) {
      if (!known.includes(name)) throw invalid(name, `is not known here; give ${known.join(", ")}`);
    }
    const { taxonomy = "", scores = false, topK = 0, explain = false, unordered = false, timeoutMs, signal } = given;
    if (typeof taxonomy !== "string" || !taxonomy.isWellFormed()) throw invalid("taxonomy", "must be a string of well-formed Unicode");
    if (!Number.isInteger(topK) || topK < 0 || topK >= 2 ** 32) throw invalid("topK", `must be a whole number of at least 0, not ${topK}`);
    for (const [name, value] of Object.entries({ scores, explain, unordered })) {
      if (typeof value !== "boolean") throw invalid(name, `must be true or false, not ${value}`);
    }
    if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid("signal", "must be an AbortSignal");
    this.taxonomy = taxonomy;
    this.scores = scores;
    this.topK = topK;
    this.explain = explain;
    this.unordered = unordered;
    this.timeoutMs = checkedTimeout(timeoutMs);
    this.signal = signal;
  }

  /** Of `info`. @param {StreamOptions} given */
  static ofCall(given) {
    return new Options(given, CALL);
  }

  /** Of `classify`. @param {StreamOptions} given */
  static ofClassify(given) {
    return new Options(given, CLASSIFY);
  }

  /** Of `stream`. @param {StreamOptions} given */
  static ofStream(given) {
    return new Options(given, STREAM);
  }

  /** Express them in the contract. */
  wire() {
    const { taxonomy, scores: allScores, topK, explain } = this;
    return { taxonomy, allScores, topK, explain, replyOrder: `REPLY_ORDER_${this.unordered ? "UNORDERED" : "REQUEST"}` };
  }
}

/**
 * A timeout that is one: undefined when none is given, null for ever.
 * @param {number | null | undefined} timeoutMs
 */
export function checkedTimeout(timeoutMs) {
  if (timeoutMs !== undefined && timeoutMs !== null && !(typeof timeoutMs === "number" && timeoutMs > 0)) {
    throw invalid("timeoutMs", `must be more than 0 milliseconds, or null for ever, not ${timeoutMs}`);
  }
  return timeoutMs;
}

/** @param {string} name @param {string} problem */
function invalid(name, problem) {
  return new InvalidArgumentError(`${name}: ${problem}`, { field: name });
}
