// What the package shows: the names of its types are those of its module.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as emotag from "emotag";

test("index.d.ts declares the classes that there are, and no others", () => {
  const types = readFileSync(new URL("../index.d.ts", import.meta.url), "utf8");
  const declared = [...types.matchAll(/^export class (\w+)(?: extends (\w+))?/gm)].map(([, name, base]) => [name, base]);
  assert.deepEqual(declared.map(([name]) => name).sort(), Object.keys(emotag).sort());
  for (const [name, base] of declared) {
    if (base && base !== "Error") assert.equal(Object.getPrototypeOf(emotag[name]), emotag[base], name);
  }
});
