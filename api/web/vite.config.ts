import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The API that `npm run dev` talks to: the fixture server, or a running fujin.
const api = process.env.FUJIN_API ?? "http://127.0.0.1:8791";

export default defineConfig({
  plugins: [svelte()],
  // Absolute, because the same page answers at / and at /p/{id}.
  base: "/",
  build: {
    target: ["es2022", "chrome111", "safari16.4", "firefox114"],
    // Nothing may be inlined as a data: URL: the content security policy allows the own origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // dist/placeholder.html is committed and must outlive a build; `npm run build` empties the rest first.
    emptyOutDir: false,
    chunkSizeWarningLimit: 1200,
    // The citizens' page, the console of the agencies, and the map of a dataset's page. That page is the server's, which
    // knows the script by its name alone; what the script loads is hashed like the rest.
    rolldownOptions: {
      input: { index: "index.html", console: "console.html", "dataset-map": "src/dataset/main.ts" },
      output: { entryFileNames: (chunk) => (chunk.name === "dataset-map" ? "dataset-map.js" : "assets/[name]-[hash].js") },
    },
  },
  // The names of categories lie with the program's own.
  server: { proxy: { "/v1": api }, fs: { allow: [".", "../../datasets/categories.json"] } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
