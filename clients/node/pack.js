// node pack.js copy | remove: a package holds what the repository has outside this folder, and the checkout no copies.
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CONTRACT = ["protos/emotag/v1", "protos/google/rpc", "LICENSE"];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

if (process.argv[2] === "copy") {
  for (const path of CONTRACT) cpSync(here(`../../${path}`), here(path), { recursive: true });
} else {
  for (const path of ["protos", "LICENSE"]) rmSync(here(path), { recursive: true, force: true });
}
