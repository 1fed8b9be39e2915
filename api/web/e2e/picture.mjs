// npm run picture [file]: one picture of the page for the README, a desk with a phone before it, under 300 KB.
import { statSync } from "node:fs";
import { backendOrExit } from "./backend.mjs";
import { Harness, listed, mapped, out } from "./harness.mjs";

const file = process.argv.slice(2).find((a) => !a.startsWith("--")) ?? `${out}readme.png`;
const backend = await backendOrExit(process.argv.includes("--fixture"));
const h = await Harness.start(backend.url);

const desk = await h.page({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false, locale: "en-US" });
await desk.goto(h.url);
await listed(desk);
await mapped(desk);
const phone = await h.page({ deviceScaleFactor: 1, userAgent: "Mozilla/5.0 (Linux; Android 15)" });
await phone.goto(h.url);
await listed(phone);
const open = phone.locator("ol a[data-id]").filter({ hasText: "开放中" });
await ((await open.count()) > 0 ? open : phone.locator("ol a[data-id]")).first().click();
await phone.locator('a[data-mode="walk"]').waitFor();
await mapped(phone);

// Both on one sheet, put together by the browser that took them.
const shot = async (page) => `data:image/png;base64,${(await page.screenshot()).toString("base64")}`;
const sheet = await (await h.browser.newContext({ viewport: { width: 1520, height: 940 }, deviceScaleFactor: 1 })).newPage();
await sheet.setContent(`<style>
  body { margin: 0; background: #cfdce6; }
  img { position: absolute; display: block; }
  .desk { left: 36px; top: 36px; border-radius: 14px; }
  .phone { right: 36px; bottom: 36px; border-radius: 34px; border: 9px solid #11203a; }
</style><img class="desk" src="${await shot(desk)}"><img class="phone" src="${await shot(phone)}">`);
await sheet.waitForFunction(() => [...document.images].every((i) => i.complete));
await sheet.screenshot({ path: file });
await h.close();
await backend.close();
const size = statSync(file).size;
console.log(`${file}: ${Math.ceil(size / 1024)} KB`);
if (size > 300 * 1024) process.exit(1);
