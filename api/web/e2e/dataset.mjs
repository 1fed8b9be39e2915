// The page of a dataset: its live map by pointer, by keyboard, on a phone, and what is there without it.
import { assert, equal, mapped } from "./harness.mjs";

/** @typedef {import("./harness.mjs").Harness} Harness */
/** @typedef {import("playwright-core").Page} Page */

const desktop = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false, locale: "en-US", permissions: [] };

/** @param {Page} page @param {string} url */
async function opened(page, url) {
  await page.goto(`${url}/datasets/sample`);
  await page.locator("#map").scrollIntoViewIfNeeded();
  await mapped(page);
}

/** Clicks on what is nearest to the middle of the map, as the pointer tells. @param {Page} page */
async function clicked(page) {
  const canvas = page.locator("canvas.maplibregl-canvas");
  const box = await canvas.boundingBox();
  if (!box) throw new Error("no canvas");
  const spots = [];
  for (let x = -box.width / 2 + 20; x < box.width / 2 - 80; x += 12) for (let y = -box.height / 2 + 20; y < box.height / 2; y += 12) spots.push([x, y]);
  spots.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
  for (const [x, y] of spots) {
    await page.mouse.move(box.x + box.width / 2 + x, box.y + box.height / 2 + y);
    if ((await canvas.evaluate((c) => /** @type {HTMLElement} */ (c).style.cursor)) !== "pointer") continue;
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForTimeout(900);
    return;
  }
  throw new Error("there is nothing to click on");
}

/** @param {Harness} h */
export async function datasetPage(h) {
  const page = await h.page(desktop);
  await h.check("the page of a dataset has a live map in the place of the drawing", async () => {
    await opened(page, h.url);
    equal(await page.locator("figure svg").count(), 0, "drawings");
    await page.getByText(/places in view; zoom in/).waitFor();
    await h.axe(page, "dataset, far out");
    await h.picture(page, "dataset-far-en");
  });
  await h.check("a click on a group, or the button, leads closer, until places stand one by one", async () => {
    await page.getByRole("button", { name: "Zoom in" }).click();
    await page.waitForTimeout(900);
    for (let i = 0; i < 8 && (await page.locator(".live-list a").count()) < 3; i++) await clicked(page);
    await page.locator(".live-list a").nth(2).waitFor();
  });
  await h.check("keyboard: Enter on the map names the place nearest to the middle, with a link to its page", async () => {
    await page.locator("canvas.maplibregl-canvas").focus();
    await page.keyboard.press("Enter");
    const first = await page.locator(".live-list a").first().getAttribute("href");
    equal(await page.locator(".live-chosen a").getAttribute("href"), first, "the chosen place");
    await h.axe(page, "dataset, a place chosen");
    const seen = await page.locator(".live-list").innerText();
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
    await page.waitForFunction((was) => /** @type {HTMLElement} */ (document.querySelector(".live-list"))?.innerText !== was, seen);
    await page.keyboard.press("ArrowLeft");
    await page.waitForTimeout(900);
  });
  await h.check("a click on a place names it; its link leads to its page", async () => {
    await page.locator(".live-chosen").evaluate((p) => p.replaceChildren());
    await clicked(page);
    const chosen = await page.locator(".live-chosen a").getAttribute("href");
    await h.picture(page, "dataset-chosen-en");
    const name = await page.locator(".live-chosen a").innerText();
    await page.locator(".live-chosen a").click();
    await page.locator("#place-name").waitFor();
    assert(page.url().endsWith(String(chosen)), `${page.url()} is not ${chosen}`);
    assert(name.length > 0, "the place has a name");
  });
  await page.context().close();

  const phone = await h.page({ permissions: [] });
  await h.check("a phone scrolls past the map, and nothing is too wide", async () => {
    await opened(phone, h.url);
    await phone.getByRole("button", { name: "放大" }).click();
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert(wide <= 0, `the page is ${wide} px too wide`);
    equal(await phone.locator("canvas.maplibregl-canvas").evaluate((c) => getComputedStyle(c).touchAction), "pan-x pan-y", "one finger scrolls the page");
    await h.axe(phone, "dataset, phone");
    await phone.locator(".live-map").scrollIntoViewIfNeeded();
    await h.picture(phone, "dataset-phone-zh");
  });
  await phone.context().close();

  const flat = await h.page({ ...desktop, colorScheme: "dark" });
  await h.check("without WebGL the drawing stays", async () => {
    await flat.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await flat.goto(`${h.url}/datasets/sample`);
    await flat.locator("#map").scrollIntoViewIfNeeded();
    await flat.waitForTimeout(2000);
    h.trouble = h.trouble.filter((t) => !/webgl/i.test(t));
    assert(await flat.locator("figure svg").isVisible(), "the drawing is gone");
    equal(await flat.locator(".live-map").count(), 0, "maps");
    await h.axe(flat, "dataset, drawing");
  });
  await flat.context().close();

  const still = await h.page({ ...desktop, javaScriptEnabled: false });
  await h.check("without JavaScript the page is whole, with the drawing", async () => {
    await still.goto(`${h.url}/datasets/sample`);
    assert(await still.locator("figure svg").isVisible(), "there is no drawing");
    assert((await still.locator("table a[href^='/p/']").count()) > 0, "the rows lead to places");
  });
  await still.context().close();
}
