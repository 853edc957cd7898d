// Two pages from one source: the desk's, behind a sign-in, and the public board. All of it is served by metrics itself.
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  plugins: [preact({ prefreshEnabled: false })],
  build: {
    target: "es2022",
    assetsDir: ".",
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: "index.html", public: "public.html" } },
  },
});
