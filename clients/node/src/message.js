// A message: what an agent said, checked and put into the form of the contract.
import { EmotionError, InvalidArgumentError } from "./errors.js";

export const MAX_NAME_BYTES = 256; // of id, conversationId, sender: the contract
const NAMES = ["id", "conversationId", "sender"];
const FIELDS = ["text", ...NAMES, "sentAt", "timeToLiveMs"];
const FIELD_BYTES = 32; // at most what a field of the wire has beside its text: tag, length, seconds and nanoseconds
/** @type {Record<string, [number, number]>} Milliseconds that the well-known types can hold. */
const RANGES = {
  sentAt: [-62_135_596_800_000, 253_402_300_799_000], // google.protobuf.Timestamp: years 1 to 9999
  timeToLiveMs: [-315_576_000_000_000, 315_576_000_000_000], // google.protobuf.Duration: 10,000 years
};

/**
 * Express a message in the contract, with the bytes that it has there, at most.
 *
 * Throws an InvalidArgumentError that names the field when it can not be sent, and `item` itself if it is an EmotionError.
 * @param {any} item
 * @param {string} id
 */
export function encode(item, id) {
  if (item instanceof EmotionError) throw item;
  const message = typeof item === "string" ? { text: item } : item;
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    throw new InvalidArgumentError(`a message must be a string or an object with a text, not ${kind(item)}`, {
      reason: "INVALID_MESSAGE",
    });
  }
  checkFields(message);
  const { text, conversationId = "", sender = "", sentAt, timeToLiveMs } = message;
  const size = [text, id, conversationId, sender].reduce((sum, one) => sum + Buffer.byteLength(one), FIELD_BYTES * 6);
  const wire = {
    id, text, conversationId, sender,
    sentAt: seconds("sentAt", sentAt instanceof Date ? sentAt.getTime() : sentAt, Math.floor),
    timeToLive: seconds("timeToLiveMs", timeToLiveMs, Math.trunc),
  };
  return { wire, size };
}

/** @param {any} message */
function checkFields(message) {
  for (const name of Object.keys(message)) {
    if (!FIELDS.includes(name)) throw invalid(name, `is no field of a message; those are ${FIELDS.join(", ")}`);
  }
  for (const name of ["text", ...NAMES]) {
    const value = message[name];
    if (value === undefined && name !== "text") continue;
    if (typeof value !== "string") throw invalid(name, `must be a string, not ${kind(value)}`);
    if (!value.isWellFormed()) {
      throw invalid(name, "has lone surrogates, which UTF-8 can not express; mend it with toWellFormed()");
    }
    const bytes = name === "text" ? 0 : Buffer.byteLength(value);
    if (bytes > MAX_NAME_BYTES) throw invalid(name, `has ${bytes} bytes, more than ${MAX_NAME_BYTES}`);
  }
}

/**
 * A google.protobuf.Timestamp (whole seconds rounded down) or Duration (towards 0, so that both parts have one sign).
 * @param {string} name
 * @param {unknown} ms
 * @param {(value: number) => number} round
 */
function seconds(name, ms, round) {
  if (ms === undefined || ms === null) return undefined;
  if (typeof ms !== "number") throw invalid(name, `must be a number of milliseconds, not ${kind(ms)}`);
  const [least, most] = RANGES[name];
  if (!(least <= ms && ms <= most)) throw invalid(name, `must be between ${least} and ${most} milliseconds, not ${ms}`);
  const whole = round(ms / 1e3);
  const nanos = Math.round((ms - whole * 1e3) * 1e6);
  return Math.abs(nanos) === 1e9 ? { seconds: whole + Math.sign(nanos), nanos: 0 } : { seconds: whole, nanos };
}

/** @param {unknown} value */
function kind(value) {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}

/** @param {string} name @param {string} problem */
function invalid(name, problem) {
  return new InvalidArgumentError(`${name}: ${problem}`, { reason: "INVALID_MESSAGE", field: name });
}
