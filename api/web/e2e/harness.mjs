// A browser, a list of named checks, and guards that watch every page: nothing is asked of another server, nothing
// breaks the content security policy, no script fails.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const out = fileURLToPath(new URL("../e2e-out/", import.meta.url));

/** Where the journeys begin: in the middle of Nanchang. */
export const nanchang = { latitude: 28.6829, longitude: 115.8582 };

/** @typedef {import("playwright-core").Page} Page */

export class Harness {
  passed = 0;
  failed = 0;
  /** @type {string[]} */
  trouble = [];

  /** @param {import("playwright-core").Browser} browser @param {string} url */
  constructor(browser, url) {
    this.browser = browser;
    this.url = url;
    mkdirSync(out, { recursive: true });
  }

  /** @param {string} url */
  static async start(url) {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
    });
    return new Harness(browser, url);
  }

  /** One named check; a failure is told and counted, and the rest goes on. */
  async check(name, body) {
    const begun = Date.now();
    try {
      await body();
      if (this.trouble.length > 0) throw new Error(this.trouble.splice(0).join("\n"));
      this.passed++;
      console.log(`ok    ${name} (${Date.now() - begun} ms)`);
    } catch (cause) {
      this.failed++;
      this.trouble.length = 0;
      console.log(`FAIL  ${name}\n      ${String(cause instanceof Error ? cause.stack : cause).split("\n").slice(0, 12).join("\n      ")}`);
    }
  }

  /**
   * A fresh page, a phone in Chinese in the middle of Nanchang unless told otherwise.
   * @param {import("playwright-core").BrowserContextOptions & {clipboard?: boolean}} [options]
   * @returns {Promise<Page>}
   */
  async page({ clipboard, ...options } = {}) {
    const permissions = options.permissions ?? ["geolocation"];
    const context = await this.browser.newContext({
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      locale: "zh-CN",
      timezoneId: "Asia/Shanghai",
      geolocation: nanchang,
      ...options,
      permissions: clipboard ? [...permissions, "clipboard-read", "clipboard-write"] : permissions,
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    this.guard(page);
    return page;
  }

  /** @param {Page} page */
  guard(page) {
    page.on("request", (request) => {
      const address = request.url();
      if (!address.startsWith(this.url) && !/^(blob|data|about):/.test(address)) this.trouble.push(`asked another server: ${address}`);
    });
    page.on("pageerror", (error) => this.trouble.push(`script failed: ${error.message}`));
    page.on("console", (message) => {
      // Chromium's software renderer talks about its own speed; failed loads are asked for by the offline journey.
      if (message.type() === "error" && !/ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 404/.test(message.text())) {
        this.trouble.push(`console: ${message.text()}`);
      }
    });
  }

  /** No violations in what is on the screen now. @param {Page} page @param {string} state */
  async axe(page, state) {
    await page.waitForTimeout(350); // colours of a running transition are nobody's colours
    await page.evaluate(axeSource);
    const found = await page.evaluate(async () => {
      const { axe } = /** @type {any} */ (window);
      const result = await axe.run(document, { resultTypes: ["violations"] });
      return result.violations.map((v) => `${v.id}: ${v.help} — ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary}`).join(" | ")}`);
    });
    if (found.length > 0) throw new Error(`axe, ${state}:\n${found.join("\n")}`);
  }

  /** @param {Page} page @param {string} name */
  async picture(page, name) {
    await page.screenshot({ path: `${out}${name}.png` });
  }

  async close() {
    await this.browser.close();
  }
}

/** The list has its answer. @param {Page} page */
export async function listed(page) {
  await page.locator('ol[aria-busy="false"] a[data-id]').first().waitFor();
}

/** What the rows say. @param {Page} page */
export async function rows(page) {
  return page.locator("ol a[data-id]").evaluateAll((links) =>
    links.map((a) => ({ id: /** @type {HTMLElement} */ (a).dataset.id ?? "", text: (/** @type {HTMLElement} */ (a).innerText ?? "").replace(/\s+/g, " ") })),
  );
}

/** MapLibre has drawn. @param {Page} page */
export async function mapped(page) {
  await page.locator("canvas.maplibregl-canvas").waitFor({ timeout: 30_000 });
  await page.waitForTimeout(2500);
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

export function equal(got, want, what) {
  if (got !== want) throw new Error(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
}
