// Starts the real program on an empty data folder with 20,000 sample facilities.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "../dev/server.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));

/** @returns {Promise<{url: string, close: () => Promise<void>, keyFor: (org: string, role: string) => string}>} */
async function startBackend() {
  const program = resolve(here, process.env.FUJIN_BIN ?? "../../bin/fujin");
  if (!existsSync(program)) throw new Error(`${program} is not there: build it with make build, or name it in FUJIN_BIN`);
  const folder = mkdtempSync(join(tmpdir(), "fujin-e2e-"));
  const data = join(folder, "data");
  const sample = join(folder, "sample.geojsonl");
  run(program, ["sample", "-n", "20000", "--seed", "1"], openSync(sample, "w"));
  run(program, ["import", "--data", data, "--dataset", "sample", sample], "ignore");
  const port = await freePort();
  const log = join(folder, "serve.log");
  const out = openSync(log, "w");
  const server = spawn(program, ["serve", "--data", data, "--addr", `127.0.0.1:${port}`], { stdio: ["ignore", out, out] });
  const url = `http://localhost:${port}`;
  const close = () =>
    new Promise((done) => {
      server.once("exit", () => {
        rmSync(folder, { recursive: true, force: true });
        done(undefined);
      });
      server.kill("SIGTERM");
    });
  try {
    await ready(url, server);
  } catch (cause) {
    const said = readFileSync(log, "utf8").slice(-2000);
    if (server.exitCode === null) await close();
    throw new Error(`${cause instanceof Error ? cause.message : cause}\n${said}`);
  }
  /** A key as the administrator makes it, beside the running server. */
  const keyFor = (/** @type {string} */ org, /** @type {string} */ role) => {
    const made = spawnSync(program, ["token", "create", "--data", data, "--org", org, "--role", role], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(`fujin token create ended with ${made.status}: ${made.stderr}`);
    return made.stdout.trim();
  };
  return { url, close, keyFor };
}

function run(program, args, stdout) {
  const done = spawnSync(program, args, { stdio: ["ignore", stdout, "pipe"] });
  if (done.status !== 0) throw new Error(`fujin ${args[0]} ended with ${done.status ?? done.error}: ${done.stderr}`);
}

async function ready(url, server) {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`fujin serve ended with ${server.exitCode}`);
    try {
      if ((await fetch(`${url}/readyz`)).ok) return pageIsBuilt(url);
    } catch {
      // not listening yet
    }
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error("fujin serve was not ready within 30 s");
}

async function pageIsBuilt(url) {
  const page = await (await fetch(url)).text();
  if (!page.includes('id="app"')) throw new Error("the program holds no built page: npm run build in api/web, then build the program again");
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((found) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => found(port));
    });
  });
}

/**
 * The real program, or the fixture server when asked for, which has no agencies; what is missing is said in one line.
 * @param {boolean} fixture
 * @returns {Promise<{url: string, close: () => void | Promise<void>, keyFor?: (org: string, role: string) => string}>}
 */
export async function backendOrExit(fixture) {
  try {
    return await (fixture ? start() : startBackend());
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : cause);
    console.log("0 passed, 1 failed");
    process.exit(1);
  }
}
