/// <reference types="node" />

/** What an agent said; a string stands for one that has only a text. An `EmotionError` is answered by a tag with it. */
export type Item = string | Message | EmotionError;

/** What an agent said. */
export interface Message {
  /** Natural language, any script, not empty. */
  text: string;
  /** Names the message in its tag; made by the SDK when empty. At most 256 bytes. */
  id?: string;
  /** The conversation that the message is a turn of. At most 256 bytes. */
  conversationId?: string;
  /** The agent that said it. At most 256 bytes. */
  sender?: string;
  /** When, by the sender's clock: a Date, or milliseconds since the epoch as `Date.now()` gives them. */
  sentAt?: Date | number;
  /** Milliseconds, from when the server reads the message, after which the tag is worth nothing. */
  timeToLiveMs?: number;
}

/** A label with its scores, or the error that kept this message alone from having one. */
export interface Tag {
  /** The id of the message. */
  messageId: string;
  /**
   * The highest-scoring label that passes its threshold, in `basic` neutral only when no other does; when `uncertain`
   * neutral in `basic`, else the highest-scoring one; empty on error.
   */
  label: string;
  /** Calibrated probability of `label`, in [0, 1]. */
  score: number;
  /** Every label that passes its threshold, highest score first and neutral of `basic` last; at most `topK` of them. */
  labels: string[];
  /** Label → calibrated probability for every label of the taxonomy, when asked for; they need not sum to 1. */
  scores: Record<string, number> | null;
  /** No label passes its threshold. */
  uncertain: boolean;
  /** The model read only the beginning of the message. */
  truncated: boolean;
  /** Each token's share of the evidence for the label, in reading order, when asked for; they sum to 1. */
  tokenWeights: TokenWeight[] | null;
  /** From admission until a replica took the message. */
  queueSeconds: number;
  /** How long the batch it was part of was computed for. */
  computeSeconds: number;
  /** Why there is no label, or null. */
  error: EmotionError | null;
  /** The model that made the tag; empty names when the message never got there. */
  model: Model;
}

/** A token as the model reads it, and its share of the evidence. */
export interface TokenWeight {
  token: string;
  weight: number;
}

/** Which model made a tag. */
export interface Model {
  /** Name of the checkpoint. */
  readonly name: string;
  /** Version of the checkpoint. */
  readonly version: string;
  /** SHA-256 over the checkpoint's files, lower-case hex. */
  readonly digest: string;
}

/** A set of labels that tags can be expressed in. */
export interface Taxonomy {
  /** What the option `taxonomy` takes. */
  name: string;
  labels: string[];
  /** The score that each label must reach, in the order of `labels`. */
  thresholds: number[];
}

/** What the server accepts; 0 means that it did not say. */
export interface Limits {
  /** Bytes of UTF-8 in one text. */
  maxTextBytes: number;
  /** Bytes of one request or frame. */
  maxFrameBytes: number;
  /** Messages of one request or frame. */
  maxFrameMessages: number;
  /** Tokens that the model reads of a message; the rest sets `truncated`. */
  maxTokens: number;
}

/** What answers at a target. */
export interface Info {
  model: Model;
  /** The default one first. */
  taxonomies: Taxonomy[];
  limits: Limits;
  /** What computes the tags, for people, such as "native avx512"; empty if the server did not say. */
  computes: string;
}

/** PEM: the text of it, its bytes, or the path of its file. */
export type Pem = string | Buffer | URL;

/** Whom to trust, and how to prove who we are; read when the client is made. */
export interface TlsOptions {
  /** The authorities that may have signed the server's certificate; without it the public ones. */
  ca?: Pem;
  /** Our certificate and its chain, for servers that ask for one (mutual TLS). */
  cert?: Pem;
  /** Its private key, without passphrase; may be left out when `cert` holds it too. */
  key?: Pem;
  /** Name that the server's certificate must have; without it the host of the target. */
  serverName?: string;
}

/** A token, a file that is read for each call, or a function that is asked for each call. */
export type Token = string | { file: string | URL } | (() => string | Promise<string>);

/** How long, how often and how soon to send again what is safe to send again; classifying always is. */
export interface RetryOptions {
  /** How often in all, however soon they fail; 0 means as often as `totalMs` allows, 1 never again. Default 0. */
  attempts?: number;
  /** Upper bound of the first wait; doubles from wait to wait. Default 100. */
  initialMs?: number;
  /** Upper bound of every wait that the server does not ask for. Default 5,000. */
  maximumMs?: number;
  /** How long after the first failure; a stream counts anew whenever its oldest message is answered. Default 30,000. */
  totalMs?: number;
}

/** How to connect. */
export interface ConnectionOptions {
  /** Encrypt: true trusts the public authorities. Without it the connection is plaintext. */
  tls?: boolean | TlsOptions;
  /** Says who calls, where the service asks for it. Not sent in plaintext to another machine. */
  token?: Token;
  /** Sent with every call. */
  metadata?: Record<string, string | Buffer>;
}

export interface ClientOptions extends ConnectionOptions {
  /** How long a call may take in all, its retries included; null means for ever. Default 30,000. Not for streams. */
  timeoutMs?: number | null;
  retry?: RetryOptions;
}

export interface CallOptions {
  /** Instead of the client's own; of a stream from its first read on, and without it for ever. */
  timeoutMs?: number | null;
  /** Aborting it ends the call with a `CallCancelledError`. */
  signal?: AbortSignal;
}

export interface ClassifyOptions extends CallOptions {
  /** Name of a taxonomy that `info()` lists; empty means the server's default. */
  taxonomy?: string;
  /** Put every score of the taxonomy into the tag. */
  scores?: boolean;
  /** At most this many labels; 0 means all that pass their threshold. */
  topK?: number;
  /** Put the share of evidence of every token into the tag. */
  explain?: boolean;
}

export interface StreamOptions extends ClassifyOptions {
  /** Tags come as soon as each is ready; short messages overtake. */
  unordered?: boolean;
}

/**
 * Has messages tagged; one connection serves all its calls. Everything that it throws is an `EmotionError`, but for
 * what the caller's own iterable or token function throws.
 */
export class EmotionClient implements AsyncDisposable {
  /** Connects at the first call. @param target gRPC target of the server, "localhost:50051" without it. */
  constructor(target?: string, options?: ClientOptions);

  /** Tag one message; throws the error of one that can not be tagged. */
  classify(message: Item, options?: ClassifyOptions): Promise<Tag>;
  /** Tag messages; one tag each, in their order. One that can not be tagged has a tag with `error`. */
  classify(messages: readonly Item[], options?: ClassifyOptions): Promise<Tag[]>;

  /**
   * Tag messages while they come; one tag each, in their order or, `unordered`, as soon as each is ready.
   *
   * `messages` is read as far ahead of the tags as 1,024 messages. What is there is sent at once, up to 64 messages a
   * frame. One that can not be tagged has a tag with `error`. A lost connection is opened again, and what was not
   * answered is sent again; each message is answered once. Leave the loop to cancel the rest.
   */
  stream(
    messages: Iterable<Item> | AsyncIterable<Item>,
    options?: StreamOptions,
  ): AsyncGenerator<Tag, void, undefined>;

  /** Ask which model answers, in which taxonomies, within which limits. */
  info(options?: CallOptions): Promise<Info>;

  /** Disconnect for good; calls under way end with a `ClientClosedError`. */
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ErrorDetails {
  code?: string;
  reason?: string;
  field?: string;
  retryAfterMs?: number | null;
  cause?: unknown;
}

/** Base of everything that the SDK throws, and of what stands in `tag.error`. */
export class EmotionError extends Error {
  constructor(problem: string, details?: ErrorDetails);
  /** Name of the google.rpc.Code, such as "INVALID_ARGUMENT". */
  code: string;
  /** Stable, upper-case identifier for programs, such as "QUEUE_FULL"; empty when the server gave none. */
  reason: string;
  /** The field that is at fault, such as "text"; empty when none is. */
  field: string;
  /** Milliseconds after which the server suggests to try again, or null. */
  retryAfterMs: number | null;
  /** Sending the same again may succeed. */
  transient: boolean;
}
/** A message or an option is not one that the service takes. */
export class InvalidArgumentError extends EmotionError {}
/** A frame is larger than the server takes. */
export class LimitExceededError extends EmotionError {}
/** The server holds as much as it may, or the caller has sent as much as it may. */
export class OverloadedError extends LimitExceededError {}
/** No server answers, or the one that does is stopping. */
export class UnavailableError extends EmotionError {}
/** A stream was interrupted for longer, or more often, than `retry` allows; `cause` is the last interruption. */
export class StreamBrokenError extends UnavailableError {
  constructor(problem: string, counts: { answered: number; unanswered: number; cause: EmotionError });
  /** How many messages were answered, counted from the first of the stream. */
  answered: number;
  /** How many had been taken from the iterable and have no answer. */
  unanswered: number;
}
/** The timeout of the call, or the message's time to live, ran out. */
export class DeadlineExceededError extends EmotionError {}
/** The call was cancelled. */
export class CallCancelledError extends EmotionError {}
/** The client that was asked is closed, or was closed while it worked. */
export class ClientClosedError extends CallCancelledError {}
/** The server wants a token, or another one. */
export class UnauthenticatedError extends EmotionError {}
/** The token does not allow this. */
export class PermissionDeniedError extends EmotionError {}
/** What answers at the target does not offer this call. */
export class UnsupportedError extends EmotionError {}
/** The server's answer does not follow the contract. */
export class ProtocolError extends EmotionError {}
/** The server failed. */
export class InternalError extends EmotionError {}
