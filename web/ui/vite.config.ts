/** Vite build of the page into web/static, each text file with a gzip file beside it. Nothing is inlined: the page's CSP forbids it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type HtmlTagDescriptor, type Plugin, type Rollup } from "vite";

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

/** Languages of the page, each with the chunk of its words. The document of a language preloads that chunk. */
const WORDS = { en: "english", de: "german" };

/**
 * Preload the second chunk (`start.tsx`), the words of the document's language, and what both import, so that the browser fetches them
 * together with the first chunk, not after it. Write `index.LANGUAGE.html` for each language beside English; the server chooses among them
 * by what the browser accepts. A reader who chose another language in the settings waits for its words once more.
 */
function together(): Plugin {
  const links = (bundle: Rollup.OutputBundle, words: string): HtmlTagDescriptor[] => {
    const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
    const early = new Set(chunks.filter((one) => one.isDynamicEntry && ["start", words].includes(one.name)).flatMap((one) => [one.fileName, ...one.imports]));
    for (const { isEntry, fileName } of chunks) if (isEntry) early.delete(fileName);
    return [...early].map((name) => ({ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `/static/${name}` }, injectTo: "head" as const }));
  };
  return {
    name: "fetch-together",
    transformIndexHtml: { order: "post", handler: (_html, { bundle }) => links(bundle ?? {}, WORDS.en) },
    closeBundle() {
      const html = readFileSync(join(out, "index.html"), "utf8");
      const files = readdirSync(join(out, "assets"));
      const fileOf = (name: string): string | undefined => files.find((file) => file.startsWith(`${name}-`) && file.endsWith(".js"));
      for (const [language, name] of Object.entries(WORDS)) {
        if (language === "en") continue;
        const [english, other] = [fileOf(WORDS.en), fileOf(name)];
        if (!english || !other) throw new Error(`The words of ${language} are in no file of their own.`);
        writeFileSync(join(out, `index.${language}.html`), html.replace(english, other).replace('<html lang="en">', `<html lang="${language}">`));
      }
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
