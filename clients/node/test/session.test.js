// What a session decides when a connection is over, without one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlineExceededError, UnavailableError } from "emotag";
import { Intake } from "../src/entry.js";
import { Deadline, Retry } from "../src/retry.js";
import { Session } from "../src/session.js";
import { Window } from "../src/window.js";
import { joy, LIMITS } from "./scripted.js";

const interrupted = new UnavailableError("interrupted");

/** One that may fail once in a row, and how to have it take messages in. */
function started() {
  const session = new Session({ ordered: true }, new Retry({ attempts: 2, initialMs: 0, maximumMs: 0 }), new Deadline(null));
  const intake = new Intake({ unique: true });
  return { session, admit: (...ids) => ids.forEach((id) => session.admit(intake.entry({ id, text: "thank you" }))) };
}

/** Send what is there, and have these answered. */
function answer(session, ...ids) {
  session.nextFrame(LIMITS);
  session.receive(ids.map((id) => joy({ id })), { drain: false });
}

test("an interruption is forgotten once all is answered and the connection ends idle", () => {
  const { session, admit } = started();
  admit("a");
  session.open();
  session.closed(interrupted);
  session.open();
  answer(session, "a");
  session.closed(new UnavailableError("connection age"));
  admit("b");
  session.open();
  assert.equal(session.closed(interrupted), 0);
  session.open();
  assert.throws(() => session.closed(interrupted), /interrupted 2 times/);
});

test("what was answered holds no text while it waits for its turn", () => {
  for (const ordered of [true, false]) {
    const window = new Window({ ordered });
    const entries = ["a", "b"].map((id) => new Intake({ unique: true }).entry({ id, text: "thank you" }));
    entries.forEach((entry) => window.admit(entry));
    window.settle(entries[1], joy({ id: "b" }));
    assert.deepEqual(entries.map(({ wire }) => wire?.text), ["thank you", undefined]);
  }
});

test("a stream whose time ran out says what was answered", () => {
  const { session, admit } = started();
  admit("a", "b");
  session.open();
  answer(session, "a");
  const error = session.expired();
  assert.ok(error instanceof DeadlineExceededError);
  assert.match(error.message, /1 messages were answered, 1 were not/);
});
