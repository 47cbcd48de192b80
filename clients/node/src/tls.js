// TLS of a connection: whom to trust and how to prove who we are, from PEM that is checked when a client is made.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import grpc from "@grpc/grpc-js";
import { InvalidArgumentError } from "./errors.js";

/** @typedef {import("../index.d.ts").Pem} Pem */

const NAMES = ["ca", "cert", "key", "serverName"];

/**
 * Credentials of a channel: plaintext without `tls`, the public authorities for true.
 * @param {boolean | import("../index.d.ts").TlsOptions | undefined} tls
 */
export function credentials(tls) {
  if (!tls) return grpc.credentials.createInsecure();
  if (tls === true) return grpc.credentials.createSsl();
  for (const name of Object.keys(tls)) {
    if (!NAMES.includes(name)) throw invalid(name, `is not known; give ${NAMES.join(", ")}`);
  }
  if (tls.key !== undefined && tls.cert === undefined) throw invalid("key", "is given without tls.cert: give the certificate too");
  const ca = tls.ca === undefined ? null : read(tls.ca, "ca");
  const cert = tls.cert === undefined ? null : read(tls.cert, "cert");
  const key = tls.key === undefined ? cert : read(tls.key, "key");
  for (const [name, pem] of Object.entries({ ca, cert })) if (pem) checkCertificate(pem, name);
  if (cert && key) checkPair(cert, key);
  return grpc.credentials.createSsl(ca, key, cert);
}

/**
 * PEM as it stands, or the file that holds it.
 * @param {Pem} given
 * @param {string} name
 */
function read(given, name) {
  if (Buffer.isBuffer(given)) return given;
  if (typeof given === "string" && given.includes("-----BEGIN")) return Buffer.from(given);
  try {
    return readFileSync(given);
  } catch (error) {
    throw invalid(name, `must be PEM or a file of it: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {Buffer} pem @param {string} name */
function checkCertificate(pem, name) {
  try {
    new X509Certificate(pem);
  } catch {
    throw invalid(name, "holds no PEM certificate");
  }
}

/** @param {Buffer} cert @param {Buffer} key */
function checkPair(cert, key) {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const why = /** @type {Error} */ (error).message;
    throw invalid("key", `does not belong to tls.cert, is no PEM private key, or has a passphrase, which it must not (${why})`);
  }
}

/** @param {string} name @param {string} problem */
function invalid(name, problem) {
  return new InvalidArgumentError(`tls.${name}: ${problem}`, { field: `tls.${name}` });
}
