/** Vite build of the page into web/static, each text file with a gzip file beside it. Nothing is inlined: the page's CSP forbids it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const root = import.meta.dirname;
const out = join(root, "../static");

function gzip(): Plugin {
  return {
    name: "gzip-beside",
    apply: "build",
    closeBundle() {
      for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && [".html", ".js", ".css", ".svg", ".json", ".webmanifest"].includes(extname(path)))
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

/** Preload the second chunk (`start.tsx`), so that the browser fetches it together with the first, not after it. */
function together(): Plugin {
  return {
    name: "fetch-together",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle }) =>
        Object.values(bundle ?? {})
          .filter((one) => one.type === "chunk" && one.isDynamicEntry && one.name === "start")
          .map((one) => ({ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `/static/${one.fileName}` }, injectTo: "head" as const })),
    },
  };
}

/**
 * Add V8's explicit compile hint to the chunks of the first view: V8 then compiles the whole file while it loads, not each function at its
 * first call. Other engines read the hint as a comment.
 */
function compiledAhead(): Plugin {
  return {
    name: "compiled-ahead",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const one of Object.values(bundle))
          if (one.type === "chunk" && (one.isEntry || one.name === "start")) one.code = `//# allFunctionsCalledOnLoad\n${one.code}`;
      },
    },
  };
}

export default defineConfig({
  root,
  base: "/static/",
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  plugins: [together(), compiledAhead(), gzip()],
});
