// npm run dev: the page with hot reload. With FUJIN_API=http://localhost:8080 it talks to a running fujin,
// otherwise to the fixture server.
import { createServer } from "vite";
import { start } from "./server.mjs";

if (!process.env.FUJIN_API) await start(8791);
const vite = await createServer();
await vite.listen();
vite.printUrls();
