/** How the unit tests run. Apart from the build's own configuration: a dyno builds without the tools for tests. */
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;

/** Test files share a process: starting one for each would take three times the CPU of the tests. */
export default defineConfig({
  root,
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  test: { root, include: ["tests/**/*.test.{ts,tsx}"], setupFiles: ["./tests/englishWords.ts"], testTimeout: 30_000, pool: "forks", isolate: false },
});
