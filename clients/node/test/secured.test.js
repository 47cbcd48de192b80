// TLS and tokens. EMOTAG_SECURED is JSON: the target of an `emotag serve` that asks for a token and a certificate, and
// the files (ca, cert, key, token) to get in with. tests/e2e/test_node.py sets it.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { EmotionClient } from "emotag";
import { client, collected } from "./scripted.js";

const secured = JSON.parse(process.env.EMOTAG_SECURED ?? "null");
const skip = secured ? false : "EMOTAG_SECURED is not set";
const { target, ca, cert, key, token: file } = secured ?? {};
const JOYFUL = "Thank you so much, you saved the whole launch!";
const tls = { ca, cert, key };

test("a token as text, by a function, and by a file, over TLS both ways", { skip }, async (t) => {
  const text = readFileSync(file, "utf8").trim();
  for (const token of [text, async () => text, { file }]) {
    const one = client(t, target, { tls, token });
    assert.equal((await one.classify(JOYFUL)).label, "joy");
    assert.deepEqual((await collected(one.stream([JOYFUL]))).map(({ label }) => label), ["joy"]);
  }
  const inline = { ca: readFileSync(ca), cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  assert.equal((await client(t, target, { tls: inline, token: text }).classify(JOYFUL)).label, "joy");
});

test("a file that has no token for a moment leaves the last one in force", { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "emotag-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const mine = join(folder, "token");
  writeFileSync(mine, readFileSync(file));
  const one = client(t, target, { tls, token: { file: mine } });
  for (const between of ["", "half of", null]) {
    if (between === null) rmSync(mine);
    else writeFileSync(mine, between);
    assert.equal((await one.classify(JOYFUL)).label, "joy");
  }
});

test("no token, and a wrong one", { skip }, async (t) => {
  for (const token of [undefined, "wrong"]) {
    const one = client(t, target, { tls, ...(token && { token }) });
    for (const work of [() => one.classify("hello"), () => one.info(), () => collected(one.stream(["hello"]))]) {
      await assert.rejects(work, { name: "UnauthenticatedError", code: "UNAUTHENTICATED", transient: false });
    }
  }
});

test("without the authority, without a certificate, and in plaintext nobody gets in, and the error says where to look", { skip }, async (t) => {
  for (const wrong of [{ ...tls, ca: undefined }, { ca }, undefined]) {
    const one = client(t, target, { tls: wrong, retry: { attempts: 1 } });
    await assert.rejects(one.classify("hello"), (error) => {
      assert.equal(error.code, "UNAVAILABLE", error);
      assert.ok(error.message.includes(target) && error.message.includes("TLS"), error.message);
      return true;
    });
  }
});

test("files that do not hold what they should", { skip }, () => {
  const made = (given, rest = {}) => () => new EmotionClient(target, { tls: given, ...rest });
  assert.throws(made({ ca: "/nowhere/ca.pem" }), { field: "tls.ca", message: /ENOENT/ });
  assert.throws(made({ ca: key }), { field: "tls.ca", message: /holds no PEM certificate/ });
  assert.throws(made({ ca, key }), { field: "tls.key", message: /give the certificate too/ });
  assert.throws(made({ ca, cert, key: ca }), { field: "tls.key" });
  assert.throws(made({ ca, certificate: cert }), { field: "tls.certificate" });
  assert.throws(made(tls, { token: { file: "/nowhere/token" } }), { field: "token", message: /ENOENT/ });
});

test("a token is not sent in plaintext to another machine", () => {
  const made = (where, options) => () => new EmotionClient(where, { token: "secret", ...options }).close();
  const others = ["emotag.example:50051", "dns:///10.0.0.1:50051", "[2001:db8::1]:50051", "127.0.0.1.example:1", "unix-box.example:1"];
  for (const where of [...others, "ipv4:127.0.0.1:1,10.0.0.5:1"]) {
    assert.throws(made(where), { field: "token", message: /could be read on the way/ });
    assert.doesNotThrow(made(where, { tls: true }));
  }
  const here = ["localhost:50051", "127.0.0.9:1", "dns:///localhost:1", "[::1]:1", "unix:/run/emotag", "ipv4:127.0.0.1:1,127.0.0.2:1"];
  for (const where of here) assert.doesNotThrow(made(where));
  assert.throws(() => new EmotionClient("localhost:1", { token: "two words" }), { field: "token" });
});
