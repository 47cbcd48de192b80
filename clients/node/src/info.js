// What answers: the model, its taxonomies, and the limits of the server.
import { ProtocolError } from "./errors.js";

/** @typedef {import("../index.d.ts").Info} Info */

/** @type {import("../index.d.ts").Model} */
export const NO_MODEL = Object.freeze({ name: "", version: "", digest: "" });

/** Take a model's identity off the wire. @param {any} wire @returns {import("../index.d.ts").Model} */
export function modelFrom({ name, version, digest }) {
  return Object.freeze({ name, version, digest });
}

/** Take a whole answer of GetModelInfo off the wire. @param {any} wire @returns {Info} */
export function infoFrom({ model, taxonomies, limits, computes }) {
  if (!model || !limits) throw new ProtocolError("the server did not say which model answers, and within which limits");
  return {
    model: modelFrom(model),
    taxonomies: taxonomies.map((/** @type {any} */ one) => ({ ...one })),
    limits: { ...limits },
    computes,
  };
}

/**
 * Labels in the order of a tag's scores; `taxonomy` empty means the default one.
 * @param {Info} info
 * @param {string} taxonomy
 * @returns {string[]}
 */
export function labelsOf(info, taxonomy) {
  const found = info.taxonomies.find(({ name }) => taxonomy === "" || taxonomy === name);
  if (found) return found.labels;
  const names = info.taxonomies.map(({ name }) => name).join(", ");
  throw new ProtocolError(`the server does not list the taxonomy '${taxonomy}' that it used; it lists: ${names}`);
}
