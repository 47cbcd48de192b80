// From what gRPC and the server say of a failure to the types of errors.js: the one place that does it.
import { status as codes } from "@grpc/grpc-js";
import { decode } from "./contract.js";
import * as errors from "./errors.js";

// Where gRPC puts a google.rpc.Status beside its own code.
const DETAILS_KEY = "grpc-status-details-bin";
// How grpc-js begins what it says of a server that it cannot reach, and of a deadline that it kept itself.
const NO_CONNECTION = "No connection established";
const LATE = "Deadline exceeded";

/** @type {Record<string, typeof errors.EmotionError>} */
const TYPES = {
  INVALID_ARGUMENT: errors.InvalidArgumentError,
  FAILED_PRECONDITION: errors.InvalidArgumentError,
  OUT_OF_RANGE: errors.InvalidArgumentError,
  RESOURCE_EXHAUSTED: errors.LimitExceededError,
  UNAVAILABLE: errors.UnavailableError,
  DEADLINE_EXCEEDED: errors.DeadlineExceededError,
  CANCELLED: errors.CallCancelledError,
  UNAUTHENTICATED: errors.UnauthenticatedError,
  PERMISSION_DENIED: errors.PermissionDeniedError,
  UNIMPLEMENTED: errors.UnsupportedError,
};

/**
 * The typed error that a google.rpc.Status stands for; unknown details are ignored.
 * @param {{code: number, message: string, details?: any[]}} status
 * @returns {errors.EmotionError}
 */
export function fromStatus({ code, message, details = [] }) {
  const found = Object.assign({}, ...details.map(read));
  const name = code === codes.OK ? "UNKNOWN" : (codes[code] ?? "UNKNOWN");
  let Type = TYPES[name] ?? errors.InternalError;
  if (Type === errors.LimitExceededError && (found.reason === "QUEUE_FULL" || found.retryAfterMs !== undefined)) {
    Type = errors.OverloadedError;
  }
  return new Type(message || name, { code: name, ...found });
}

/**
 * The typed error that a failed call stands for, with the rich details when the server sent them.
 * @param {any} failure what grpc-js gives
 * @param {string} target where the call went
 * @returns {errors.EmotionError}
 */
export function fromRpc(failure, target) {
  for (const value of failure.metadata?.get(DETAILS_KEY) ?? []) {
    const status = parsed(value);
    if (status?.code === failure.code) return fromStatus(status);
  }
  return fromStatus({ code: failure.code, message: explained(failure.details || failure.message, target) });
}

/**
 * The typed error that ended a call which nobody here cancelled.
 *
 * CANCELLED is then the word of a proxy that resets its streams as it stops, of gRPC where a connection broke, or of a
 * server on which too many calls wait: an interruption like others, and a message may be sent again. So is a failure
 * without details, since the server gives them with every error: proxies swallow the status of a stream that its
 * server ends, as one that drains does.
 * @param {any} failure
 * @param {string} target
 */
export function interruption(failure, target) {
  const error = fromRpc(failure, target);
  if (error instanceof errors.CallCancelledError) return new errors.UnavailableError(`the call was reset: ${error.message}`, { reason: "RESET", cause: error });
  if (error instanceof errors.InternalError && !error.reason) return new errors.UnavailableError(`the call was cut off: ${error.message}`, { cause: error });
  return error;
}

/**
 * Whether a call was ended by its own deadline, rather than by a server or a proxy that has another.
 *
 * grpc-js, which keeps it, may be a moment early by the clock, and a server that keeps it as well may be first.
 * @param {any} failure what grpc-js gives
 * @param {import("./retry.js").Deadline} deadline
 */
export function ranOut(failure, deadline) {
  return failure.code === codes.DEADLINE_EXCEEDED && (failure.details?.startsWith(LATE) || !deadline.remainingMs);
}

/**
 * What grpc-js says of its own accord, with where the call went and what to do.
 * @param {string} details
 * @param {string} target
 */
function explained(details, target) {
  if (details.startsWith(LATE)) return `${target} did not answer within the timeout (${details}); see that it serves there, or give it longer`;
  if (!details.startsWith(NO_CONNECTION)) return details;
  const why = /Last error: (.*?)(?:\. Resolution note:.*)?$/s.exec(details)?.[1] ?? details;
  return `no server answers at ${target} (${why}); start one with "emotag serve", or check the address and the TLS settings`;
}

/** @param {{type_url: string, value: Buffer}} detail as protobufjs names its own Any */
function read({ type_url: url, value }) {
  const name = url.slice(url.lastIndexOf("/") + 1);
  try {
    if (name === "google.rpc.ErrorInfo") return { reason: decode(name, value).reason };
    if (name === "google.rpc.BadRequest") return { field: decode(name, value).fieldViolations[0]?.field ?? "" };
    if (name === "google.rpc.RetryInfo") return { retryAfterMs: milliseconds(decode(name, value).retryDelay) };
  } catch {
    // A detail that does not parse is a newer server's or a proxy's; the code still holds.
  }
  return {};
}

/** @param {{seconds: number, nanos: number} | null} delay */
function milliseconds(delay) {
  return delay === null ? 0 : Math.max(0, delay.seconds * 1e3 + delay.nanos / 1e6);
}

/** @param {unknown} value */
function parsed(value) {
  try {
    return decode("google.rpc.Status", /** @type {Buffer} */ (value));
  } catch {
    return null; // a proxy's or a newer server's; gRPC's own code still holds
  }
}
