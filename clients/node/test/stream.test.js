// A stream over servers that hold back, stop and die.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { CallCancelledError, ClientClosedError, DeadlineExceededError, InvalidArgumentError, ProtocolError } from "emotag";
import { FRAME_MESSAGES, ROOM_MESSAGES } from "../src/window.js";
import { cancelled, client, collected, conversation, counted, joy, LIMITS, scripted, until } from "./scripted.js";

const ids = (count) => Array.from({ length: count }, (_, number) => `m${number}`);

/** A handler that keeps the calls of its streams, and by default answers nothing. */
function silent(frame = () => {}) {
  const calls = [];
  return { calls, StreamClassify: (call) => calls.push(call) && conversation(call, (messages) => frame(messages, call)) };
}

/** So many messages, and nothing more without an end. */
async function* unending(count) {
  yield* counted(count).messages;
  await new Promise(() => {});
}

/** Several whole turns of client and server, in which whatever still moves would be seen. */
async function turns(one) {
  for (let turn = 0; turn < 5; turn++) await one.info();
}

test("messages travel in frames of what is there, up to 64", async (t) => {
  const sizes = [];
  const { target } = await scripted(t, silent((messages, call) => sizes.push(messages.length) && call.write({ tags: messages.map(joy) })));
  assert.equal((await collected(client(t, target).stream(counted(640).messages))).length, 640);
  assert.deepEqual(sizes, Array(10).fill(FRAME_MESSAGES));
});

test("what an async source gives in one turn travels together, too", async (t) => {
  const sizes = [];
  const { target } = await scripted(t, silent((messages, call) => sizes.push(messages.length) && call.write({ tags: messages.map(joy) })));
  const source = async function* () {
    yield* counted(3000).messages;
  };
  assert.equal((await collected(client(t, target).stream(source()))).length, 3000);
  assert.ok(sizes.length <= 3000 / (FRAME_MESSAGES / 2), `${sizes}`);
});

test("a server that answers nothing: the source is read as far as the window, and no further", async (t) => {
  const { calls, StreamClassify } = silent();
  const { target } = await scripted(t, { StreamClassify });
  const [source, one, stop] = [counted(1e6), client(t, target), new AbortController()];
  const tags = collected(one.stream(source.messages, { signal: stop.signal })).catch((error) => error);
  await until(() => source.read === ROOM_MESSAGES && calls.length === 1);
  await turns(one);
  assert.equal(source.read, ROOM_MESSAGES);
  stop.abort();
  assert.ok((await tags) instanceof CallCancelledError);
});

test("a caller that takes one tag and pauses: nothing is read beyond window and frame", async (t) => {
  let answered = 0;
  const held = [];
  const { StreamClassify } = silent((messages, call) => {
    held.push(...messages); // as many as the window has are answered at once
    if (held.length >= ROOM_MESSAGES) answered += held.length;
    if (held.length >= ROOM_MESSAGES) call.write({ tags: held.splice(0).map(joy) });
  });
  const { target } = await scripted(t, { StreamClassify });
  const [source, one] = [counted(1e6), client(t, target)];
  const tags = one.stream(source.messages);
  await tags.next();
  const most = ROOM_MESSAGES + FRAME_MESSAGES;
  await until(() => answered >= ROOM_MESSAGES);
  await turns(one);
  assert.ok(source.read <= most && answered <= most, `${source.read} read, ${answered} answered`);
  await tags.return();
  assert.ok(source.closed);
});

test("a drain notice: what was admitted is answered there, the rest elsewhere, each once", async (t) => {
  const seen = [];
  const refused = ({ id }) => ({ messageId: id, error: { code: 14, message: "stops" } });
  const StreamClassify = (call) => {
    const mine = seen.push([]) - 1;
    const late = [];
    call.on("end", () => late.length && call.write({ tags: late.map(refused) })); // once the client has half-closed
    conversation(call, (messages) => {
      const stops = mine === 0 && seen[0].length > 0;
      seen[mine].push(...messages.map(({ id }) => id));
      if (stops) late.push(...messages);
      else call.write({ tags: messages.map(joy), drain: mine === 0 ? { grace: { seconds: 30 } } : undefined });
    });
  };
  const { target } = await scripted(t, { StreamClassify });
  const tags = await collected(client(t, target).stream(counted(3000).messages));
  assert.deepEqual(tags.map((tag) => tag.messageId), ids(3000));
  assert.ok(tags.every((tag) => tag.label === "joy"));
  assert.equal(seen.length, 2);
  assert.deepEqual(seen[1], ids(3000).slice(FRAME_MESSAGES)); // and the first ended in order: the client half-closed it
});

test("a server that dies in the middle, and another in its place: each message is answered once, in order", async (t) => {
  let frames = 0;
  let second;
  const first = await scripted(t, silent((messages, call) => {
    call.write({ tags: messages.slice(0, 40).map(joy) });
    if (++frames !== 5) return;
    first.die();
    second = scripted(t, {}, first.port);
  }));
  const tags = await collected(client(t, first.target).stream(counted(2000).messages));
  assert.deepEqual(tags.map((tag) => tag.messageId), ids(2000));
  assert.ok(frames >= 5 && (await second).port === first.port);
});

test("a stream that ends without the server's details was cut off by somebody between, and goes on", async (t) => {
  let calls = 0;
  const { target } = await scripted(t, silent((messages, call) => {
    call.write({ tags: messages.slice(0, 1).map(joy) });
    if (calls++) call.write({ tags: messages.slice(1).map(joy) });
    else call.emit("error", { code: status.INTERNAL, details: "Received RST_STREAM with code 0" });
  }));
  const tags = await collected(client(t, target, { retry: { initialMs: 1 } }).stream(counted(10).messages));
  assert.deepEqual(tags.map((tag) => tag.messageId), ids(10));
  assert.equal(calls, 2);
});

test("unordered tags come as they are ready, each once", async (t) => {
  const { target } = await scripted(t, silent((messages, call) => {
    for (const one of messages.reverse()) call.write({ tags: [joy(one)] });
  }));
  const tags = await collected(client(t, target).stream(counted(FRAME_MESSAGES).messages, { unordered: true }));
  assert.deepEqual(tags.map((tag) => tag.messageId), ids(FRAME_MESSAGES).reverse());
});

test("an abort ends stream and call, and closes the source", async (t) => {
  const { calls, StreamClassify } = silent();
  const { target } = await scripted(t, { StreamClassify });
  const [source, stop] = [counted(1e6), new AbortController()];
  const tags = collected(client(t, target).stream(source.messages, { signal: stop.signal })).catch((error) => error);
  await until(() => source.read === ROOM_MESSAGES && calls.length === 1);
  stop.abort(new Error("enough"));
  const error = await tags;
  assert.ok(error instanceof CallCancelledError, error);
  assert.equal(error.cause.message, "enough");
  await cancelled(calls[0]);
  await until(() => source.closed);
});

test("leaving the loop, or a source that throws, cancels the call", async (t) => {
  const { calls, StreamClassify } = silent((messages, call) => call.write({ tags: messages.map(joy) }));
  const { target } = await scripted(t, { StreamClassify });
  const one = client(t, target);
  for await (const tag of one.stream(counted(1e6).messages)) if (tag) break;
  await cancelled(calls[0]);
  const broken = async function* () {
    yield "thank you";
    await until(() => calls.length === 2);
    throw new RangeError("the source broke");
  };
  await assert.rejects(collected(one.stream(broken())), RangeError);
  await cancelled(calls[1]);
});

test("a client that closes ends what is under way, and takes nothing new", async (t) => {
  const { calls, StreamClassify } = silent();
  const { target } = await scripted(t, { StreamClassify, Classify: () => {} });
  const one = client(t, target);
  const under = [collected(one.stream(counted(5).messages)), one.classify("thank you")].map((work) => work.catch((error) => error));
  await until(() => calls.length === 1);
  await one[Symbol.asyncDispose]();
  for (const error of [...(await Promise.all(under)), await one.info().catch((thrown) => thrown)]) assert.ok(error instanceof ClientClosedError, error);
});

test("a unary call ends by its signal or its deadline", async (t) => {
  const { target } = await scripted(t, { Classify: () => {} });
  const one = client(t, target);
  await assert.rejects(one.classify("thank you", { timeoutMs: 100 }), DeadlineExceededError);
  await assert.rejects(one.classify("thank you", { signal: AbortSignal.abort() }), CallCancelledError);
  const stop = new AbortController();
  const call = one.classify("thank you", { signal: stop.signal });
  await one.info(); // the call is on its way
  stop.abort();
  await assert.rejects(call, CallCancelledError);
});

for (const [said, when, timeoutMs] of [[0, "silent from the start", 1_000], [1, "idle after an answer", 5_000]]) {
  test(`the timeout of a stream holds while no connection is open: ${when}`, async (t) => {
    const { calls, StreamClassify } = silent((messages, call) => call.write({ tags: messages.map(joy) }) && call.end());
    const { target } = await scripted(t, { StreamClassify });
    const one = client(t, target);
    await one.info(); // connects
    const error = await collected(one.stream(unending(said), { timeoutMs })).catch((thrown) => thrown);
    assert.ok(error instanceof DeadlineExceededError, error);
    assert.match(error.message, new RegExp(`time ran out; ${said} messages were answered, 0 were not`));
    assert.equal(calls.length, said);
  });
}

for (const [said, timeoutMs] of [[0, 500], [1, 5_000]]) {
  test(`the words are the same where a call is open: ${said} of 2 messages answered`, async (t) => {
    const { target } = await scripted(t, silent((messages, call) => call.write({ tags: messages.slice(0, said).map(joy) })));
    const one = client(t, target);
    await one.info(); // connects
    const error = await collected(one.stream(unending(2), { timeoutMs })).catch((thrown) => thrown);
    assert.ok(error instanceof DeadlineExceededError, error);
    assert.match(error.message, new RegExp(`time ran out; ${said} messages were answered, ${2 - said} were not`));
  });
}

test("a deadline that is the server's, or of somebody between, keeps its own words", async (t) => {
  const late = { code: status.DEADLINE_EXCEEDED, details: "the proxy waited long enough" };
  const { target } = await scripted(t, silent((_, call) => call.emit("error", late)));
  const error = await collected(client(t, target).stream(["thank you"], { timeoutMs: 60_000 })).catch((thrown) => thrown);
  assert.ok(error instanceof DeadlineExceededError, error);
  assert.match(error.message, /the proxy waited long enough/);
});

test("what was answered in time is handed out after it, and the stream ends in order", async (t) => {
  const { target } = await scripted(t);
  const one = client(t, target);
  await one.info(); // connects
  const late = once(AbortSignal.timeout(5_500), "abort");
  const tags = one.stream(counted(3).messages, { timeoutMs: 5_000 });
  const first = await tags.next();
  await late;
  assert.deepEqual([first.value, ...(await collected(tags))].map((tag) => tag.messageId), ids(3));
});

test("a message too large for the server's frames is answered to who waits for nothing else", async (t) => {
  const limits = { ...LIMITS, maxFrameBytes: 1_000 };
  const { target } = await scripted(t, { StreamClassify: (call) => conversation(call, (messages) => call.write({ tags: messages.map(joy) }), limits) });
  const [one, big] = [client(t, target), { id: "big", text: "x".repeat(1_000) }];
  const answers = [];
  const talk = async function* () { // says the next thing once the last is answered
    for (const message of [{ id: "a", text: "hi" }, big, { id: "b", text: "bye" }]) {
      const said = answers.length;
      yield message;
      await until(() => answers.length > said);
    }
  };
  for await (const { messageId, error } of one.stream(talk())) answers.push([messageId, error?.name]);
  assert.deepEqual(answers, [["a", undefined], ["big", "InvalidArgumentError"], ["b", undefined]]);
  const [last] = await collected(one.stream([big])); // and a stream that ends with it
  assert.ok(last.error instanceof InvalidArgumentError, last.error);
});

test("an answer that nobody asked for is said to be one", async (t) => {
  const { target } = await scripted(t, silent((_, call) => call.write({ tags: [joy({ id: "stranger" })] })));
  await assert.rejects(collected(client(t, target).stream(["thank you"])), ProtocolError);
});
