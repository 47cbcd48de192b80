// Which ids repeat within a stream, by the contract's own rule.

export const WINDOW = 4096; // messages that an id must differ from: the contract

/**
 * The ids of the last messages of one stream, whatever becomes of them.
 *
 * The server keeps such a window too, but forgets it when a stream resumes elsewhere; this one makes the answer to a
 * repeat the same then.
 */
export class Repeats {
  /** @type {Map<string, number>} by the message that had it last, the oldest first */
  #last = new Map();

  /**
   * Note that message `number` has this id, and say whether one of the 4,096 before it had it.
   * @param {string} id
   * @param {number} number
   */
  repeats(id, number) {
    for (const [old, last] of this.#last) {
      if (last >= number - WINDOW) break;
      this.#last.delete(old);
    }
    const repeated = this.#last.delete(id); // so that it is last in order again
    this.#last.set(id, number);
    return repeated;
  }
}
