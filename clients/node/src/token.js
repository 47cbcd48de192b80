// The token that calls bring: a text, a file that is read for each call, or a function that is asked for each.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { BlockList, isIP } from "node:net";
import { InvalidArgumentError } from "./errors.js";

/** @typedef {import("../index.d.ts").Token} Token */

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Says who calls. */
export class BearerToken {
  #token;
  #last = "";

  /** Throws an InvalidArgumentError when it is none, or the file cannot be read. @param {Token} token */
  constructor(token) {
    this.#token = token;
    if (typeof token === "string") this.#last = header(token);
    else if (typeof token === "object" && token?.file) this.#last = header(readNow(token.file));
    else if (typeof token !== "function") throw invalid("must be a string, { file }, or a function that gives a string");
  }

  /** What a call brings now; a file that has no token any more, or not yet all of one, leaves the last in force. */
  async header() {
    if (typeof this.#token === "function") return header(await this.#token());
    if (typeof this.#token === "object") {
      const text = (await readFile(this.#token.file, "utf8").catch(() => "")).trim();
      if (isToken(text)) this.#last = header(text);
    }
    return this.#last;
  }
}

/** Refuse to send a token where others can read it: to another machine. @param {string} target */
export function checkReadable(target) {
  if (isLocal(target)) return;
  throw invalid(
    `a token to ${target} in plaintext could be read on the way: give tls, or, when something else encrypts it, send the token as metadata`,
  );
}

/** Of a list, every address. @param {string} target */
function isLocal(target) {
  if (/^unix(-abstract)?:/.test(target)) return true;
  const addresses = target.slice(target.lastIndexOf("/") + 1).replace(/^(ipv4|ipv6|dns):/, "");
  return addresses.split(",").every(isLoopback);
}

/** @param {string} address */
function isLoopback(address) {
  const host = address.startsWith("[") ? address.slice(1).split("]")[0] : address.split(":")[0];
  const version = isIP(host);
  return host === "localhost" || (version > 0 && LOOPBACK.check(host, version === 6 ? "ipv6" : "ipv4"));
}

/** @param {string | URL} file */
function readNow(file) {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw invalid(/** @type {Error} */ (error).message);
  }
}

/** @param {unknown} token */
function header(token) {
  if (!isToken(token)) throw invalid("must be one word of printable ASCII");
  return `Bearer ${token}`;
}

/** @param {unknown} token */
function isToken(token) {
  return typeof token === "string" && /^[\x21-\x7e]+$/.test(token);
}

/** @param {string} problem */
function invalid(problem) {
  return new InvalidArgumentError(`token: ${problem}`, { field: "token" });
}
