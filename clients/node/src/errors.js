// What can go wrong between an agent and the service. The same types are thrown, and stand in `tag.error`.
//
// EmotionError                      base; code, reason, field, retryAfterMs
// ├── InvalidArgumentError          INVALID_ARGUMENT     bad message or options; names the field
// ├── LimitExceededError            RESOURCE_EXHAUSTED   a frame was too large; not sent again
// │   └── OverloadedError           RESOURCE_EXHAUSTED   queue full or quota used up; sent again after `retryAfterMs`
// ├── UnavailableError              UNAVAILABLE          no server, or one that is stopping; sent again
// │   └── StreamBrokenError         UNAVAILABLE          a stream gave up; says how many were answered
// ├── DeadlineExceededError         DEADLINE_EXCEEDED    the timeout or time to live ran out
// ├── CallCancelledError            CANCELLED            the call was cancelled
// │   └── ClientClosedError         CANCELLED            the client was closed before, or meanwhile
// ├── UnauthenticatedError          UNAUTHENTICATED      no token, or one that is not valid
// ├── PermissionDeniedError         PERMISSION_DENIED    the token does not allow this
// ├── UnsupportedError              UNIMPLEMENTED        what answers is not this service, or an older one
// ├── ProtocolError                 INTERNAL             the server broke the contract
// └── InternalError                 INTERNAL, …          the server failed

/** @typedef {import("../index.d.ts").ErrorDetails} ErrorDetails */

/** Base of everything that the SDK throws, and of what stands in `tag.error`. */
export class EmotionError extends Error {
  static code = "UNKNOWN";
  static transient = false;

  /**
   * @param {string} problem
   * @param {ErrorDetails} [details]
   */
  constructor(problem, { code = "", reason = "", field = "", retryAfterMs = null, cause } = {}) {
    super(problem, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code || new.target.code;
    this.reason = reason;
    this.field = field;
    this.retryAfterMs = retryAfterMs;
    this.transient = new.target.transient;
  }
}

/** A message or an option is not one that the service takes. */
export class InvalidArgumentError extends EmotionError {
  static code = "INVALID_ARGUMENT";
}

/** A frame is larger than the server takes. */
export class LimitExceededError extends EmotionError {
  static code = "RESOURCE_EXHAUSTED";
}

/** The server holds as much as it may, or the caller has sent as much as it may. */
export class OverloadedError extends LimitExceededError {
  static transient = true;
}

/** No server answers, or the one that does is stopping. */
export class UnavailableError extends EmotionError {
  static code = "UNAVAILABLE";
  static transient = true;
}

/** A stream was interrupted for longer, or more often, than `retry` allows; `cause` is the last interruption. */
export class StreamBrokenError extends UnavailableError {
  static transient = false;

  /**
   * @param {string} problem
   * @param {{answered: number, unanswered: number, cause: EmotionError}} counts
   */
  constructor(problem, { answered, unanswered, cause }) {
    super(problem, { reason: "STREAM_BROKEN", cause });
    this.answered = answered;
    this.unanswered = unanswered;
  }
}

/** The timeout of the call, or the message's time to live, ran out. */
export class DeadlineExceededError extends EmotionError {
  static code = "DEADLINE_EXCEEDED";
}

/** The call was cancelled. */
export class CallCancelledError extends EmotionError {
  static code = "CANCELLED";
}

/** The client that was asked is closed, or was closed while it worked. */
export class ClientClosedError extends CallCancelledError {}

/** The server wants a token, or another one. */
export class UnauthenticatedError extends EmotionError {
  static code = "UNAUTHENTICATED";
}

/** The token does not allow this. */
export class PermissionDeniedError extends EmotionError {
  static code = "PERMISSION_DENIED";
}

/** What answers at the target does not offer this call. */
export class UnsupportedError extends EmotionError {
  static code = "UNIMPLEMENTED";
}

/** The server's answer does not follow the contract. */
export class ProtocolError extends EmotionError {
  static code = "INTERNAL";
}

/** The server failed. */
export class InternalError extends EmotionError {
  static code = "INTERNAL";
}
