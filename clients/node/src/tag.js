// From the tags of the contract to those that callers get.
import { ProtocolError } from "./errors.js";
import { modelFrom, NO_MODEL } from "./info.js";
import { fromStatus } from "./status.js";

/** @typedef {import("../index.d.ts").Tag} Tag */
/** @typedef {import("../index.d.ts").Model} Model */

/**
 * The tag of a message that has no label.
 * @param {string} messageId
 * @param {import("./errors.js").EmotionError} error
 * @param {Model} [model]
 * @returns {Tag}
 */
export function failedTag(messageId, error, model = NO_MODEL) {
  return {
    messageId, label: "", score: 0, labels: [], scores: null, uncertain: false, truncated: false, tokenWeights: null,
    queueSeconds: 0, computeSeconds: 0, error, model,
  };
}

/** Decodes the tags of one call; knows the model and the labels in force. */
export class Decoder {
  #options;
  #model = NO_MODEL;
  #labels;
  /** @type {import("../index.d.ts").Limits | null} What the server accepts, once it said so. */
  limits = null;

  /**
   * @param {{scores: boolean, explain: boolean}} options
   * @param {string[]} [labels] of the taxonomy in force, in the order of a tag's scores
   */
  constructor(options, labels = []) {
    this.#options = options;
    this.#labels = labels;
  }

  /** Decode one frame of a stream's replies. @param {any} frame @returns {Tag[]} */
  frame(frame) {
    if (frame.start) {
      this.#labels = frame.start.labels;
      this.limits = { ...frame.start.limits };
    }
    return this.tags(frame.tags, frame.model ?? frame.start?.model);
  }

  /**
   * Decode tags, in their order.
   * @param {any[]} tags
   * @param {any} [model] that made these and the next ones, when it changed
   * @returns {Tag[]}
   */
  tags(tags, model) {
    if (model) this.#model = modelFrom(model);
    return tags.map((tag) => this.#tag(tag));
  }

  /** @param {any} wire @returns {Tag} */
  #tag(wire) {
    if (wire.error) return failedTag(wire.messageId, fromStatus(wire.error), this.#model);
    const { messageId, label, score, labels, uncertain, truncated, queueSeconds, computeSeconds } = wire;
    return {
      messageId, label, score, labels, uncertain, truncated, queueSeconds, computeSeconds, error: null,
      scores: this.#options.scores ? this.#scores(wire.scores) : null,
      tokenWeights: this.#options.explain ? wire.tokenWeights.map((/** @type {any} */ one) => ({ ...one })) : null,
      model: wire.model ? modelFrom(wire.model) : this.#model,
    };
  }

  /** @param {number[]} scores */
  #scores(scores) {
    if (scores.length !== this.#labels.length) {
      throw new ProtocolError(`${scores.length} scores came back for ${this.#labels.length} labels`);
    }
    return Object.fromEntries(this.#labels.map((label, index) => [label, scores[index]]));
  }
}
