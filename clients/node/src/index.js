// What `import … from "emotag"` gives; index.d.ts says the same in types.
export { EmotionClient } from "./client.js";
export * from "./errors.js";
