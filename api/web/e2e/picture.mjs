// npm run picture [file [console]]: the pictures of the README, each under 300 KB: the page on a desk with a phone before
// it, and the console with a messy file.
import { statSync } from "node:fs";
import { backendOrExit } from "./backend.mjs";
import { desk as wide, drop, messy } from "./console.mjs";
import { Harness, listed, mapped, out } from "./harness.mjs";

const [file = `${out}readme.png`, second = `${out}readme-console.png`] = process.argv.slice(2).filter((a) => !a.startsWith("--"));
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

if (backend.keyFor) {
  const clerk = await h.page({ ...wide, viewport: { width: 1200, height: 1180 }, locale: "en-GB" });
  await clerk.goto(`${h.url}/console`);
  await clerk.getByLabel("Key").fill(backend.keyFor("nanchang", "publisher"));
  await clerk.getByRole("button", { name: "Sign in" }).click();
  await clerk.getByRole("button", { name: "New dataset" }).click();
  await clerk.getByLabel("Id").fill("nanchang-toilets");
  await clerk.getByLabel("English title").fill("Public toilets of Nanchang");
  await clerk.getByLabel("Category").fill("toilet");
  await clerk.getByLabel("Area").fill("115.4,28.1,116.6,29.2");
  await clerk.getByRole("button", { name: "Make it" }).click();
  await drop(clerk, "toilets.csv", messy);
  await clerk.getByRole("heading", { name: "What was found" }).waitFor();
  await mapped(clerk);
  await clerk.screenshot({ path: second });
}
await h.close();
await backend.close();
for (const made of backend.keyFor ? [file, second] : [file]) {
  const size = statSync(made).size;
  console.log(`${made}: ${Math.ceil(size / 1024)} KB`);
  if (size > 300 * 1024) process.exitCode = 1;
}
