// An entry: one message on its way, from the caller's iterable to its tag.
import { randomBytes } from "node:crypto";
import { EmotionError, InvalidArgumentError } from "./errors.js";
import { encode, MAX_NAME_BYTES } from "./message.js";
import { Repeats, WINDOW } from "./repeats.js";
import { failedTag } from "./tag.js";

/**
 * One message on its way.
 * @typedef {object} Entry
 * @property {string} id that its tag will have
 * @property {any} wire the message as it is sent; null when `tag` is there from the start, and once a window has settled it
 * @property {number} size bytes of `wire`, at most
 * @property {import("../index.d.ts").Tag | null} tag the final answer, once there is one
 * @property {import("./retry.js").Failures | null} refusals how often, and for how long, servers would not take it
 */

/** Makes entries of what the caller gives: ids for those that have none, errors for what can not be sent. */
export class Intake {
  #prefix = randomBytes(4).toString("hex");
  #number = 0;
  #repeats;

  /** @param {{unique: boolean}} options `unique`: refuse an id that repeats, as a stream's server does */
  constructor({ unique }) {
    this.#repeats = unique ? new Repeats() : null;
  }

  /**
   * Never throws: what can not be sent has its answer at once.
   * @param {any} item
   * @returns {Entry}
   */
  entry(item) {
    this.#number += 1;
    const given = typeof item?.id === "string" ? item.id : "";
    const id = given || `${this.#prefix}-${this.#number}`;
    const sendable = given !== "" && given.length <= MAX_NAME_BYTES; // others are refused, and would be held for 4,096 messages
    const repeated = sendable && (this.#repeats?.repeats(given, this.#number) ?? false);
    try {
      const { wire, size } = encode(item, id);
      if (repeated) throw repeatedId(id);
      return { id, wire, size, tag: null, refusals: null };
    } catch (error) {
      if (!(error instanceof EmotionError)) throw error;
      return { id, wire: null, size: 0, tag: failedTag(id, error), refusals: null };
    }
  }
}

/** @param {string} id */
function repeatedId(id) {
  return new InvalidArgumentError(
    `id: '${id}' repeats one of the last ${WINDOW} messages of this stream; give each its own id, or none`,
    { reason: "INVALID_MESSAGE", field: "id" },
  );
}
