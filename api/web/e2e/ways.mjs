// The other ways in: by name, by keyboard, by a tap on the map, in English, without position, network or WebGL.
import { assert, equal, listed, mapped, nanchang, rows } from "./harness.mjs";
import { settled } from "./journey.mjs";

/** @typedef {import("./harness.mjs").Harness} Harness */
/** @typedef {import("playwright-core").Page} Page */

const desktop = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false, locale: "en-US" };

/** @param {Harness} h */
export async function ways(h) {
  await byName(h);
  await byKeyboard(h);
  await inEnglish(h);
  await withBaseMap(h);
  await withoutPosition(h);
  await whenSomethingIsMissing(h);
}

/** @param {Harness} h */
async function byName(h) {
  const page = await h.page({ permissions: [] });
  await h.check("before a position the page asks where, politely", async () => {
    await page.goto(h.url);
    await page.getByRole("heading", { name: "您在哪里？" }).waitFor();
    await h.axe(page, "start");
  });
  await h.check("a place name leads to the list around it", async () => {
    const box = page.getByRole("combobox", { name: "搜索地点或设施" });
    await box.fill("南昌");
    await page.getByRole("option").first().waitFor();
    await h.axe(page, "search, Chinese");
    await h.picture(page, "phone-search-zh");
    await page.getByRole("option").filter({ hasText: "行政区" }).first().click();
    await listed(page);
    assert(!page.url().includes("28."), "the address holds no position");
  });
  await h.check("words without a place get a friendly answer", async () => {
    await page.getByRole("combobox").fill("qqzzxx");
    await page.getByText("没有找到“qqzzxx”").waitFor();
  });
  await page.context().close();
}

/** @param {Harness} h */
async function byKeyboard(h) {
  const page = await h.page(desktop);
  const active = () => page.evaluate(() => ({ id: document.activeElement?.id, row: /** @type {HTMLElement} */ (document.activeElement)?.dataset.id, mode: /** @type {HTMLElement} */ (document.activeElement)?.dataset.mode }));

  await h.check("keyboard: skip link, list, place and back without a pointer", async () => {
    await page.goto(h.url);
    await listed(page);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    equal((await active()).id, "list-title", "the skip link leads to the list");
    for (let i = 0; i < 6 && !(await active()).row; i++) await page.keyboard.press("Tab");
    const row = (await active()).row;
    assert(row, "Tab reaches the first row");
    const ring = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineWidth);
    equal(ring, "3px", "the focus is visible");
    await page.keyboard.press("Enter");
    await page.locator("#place-name").waitFor();
    equal((await active()).id, "place-name", "focus on the name");
    await page.locator('a[data-mode="walk"]').waitFor();
    for (let i = 0; i < 6 && !(await active()).mode; i++) await page.keyboard.press("Tab");
    equal((await active()).mode, "walk", "Tab reaches the way there");
    await page.keyboard.press("Escape");
    await page.waitForFunction((want) => /** @type {HTMLElement} */ (document.activeElement)?.dataset.id === want, row);
  });

  await h.check("keyboard: a suggestion by arrow and Enter", async () => {
    await page.getByRole("combobox").focus();
    await page.keyboard.type("Nanchang");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    equal(await page.getByRole("combobox").getAttribute("aria-activedescendant"), "suggestion-0", "active suggestion");
    await h.axe(page, "search, English");
    await page.keyboard.press("Enter");
    await settled(page);
    await listed(page);
  });
  await page.context().close();

  const phone = await h.page();
  await h.check("keyboard: the sheet grows and shrinks", async () => {
    await phone.goto(h.url);
    await listed(phone);
    const handle = phone.getByRole("button", { name: "展开列表" });
    await handle.focus();
    await phone.keyboard.press("ArrowUp");
    await phone.locator('main[data-size="full"]').waitFor();
    await h.axe(phone, "full sheet");
    await phone.keyboard.press("ArrowDown");
    await phone.keyboard.press("ArrowDown");
    await phone.locator('main[data-size="low"]').waitFor();
  });
  await h.check("the sheet follows the finger", async () => {
    await phone.waitForTimeout(400);
    const grip = await phone.locator("main .handle").boundingBox();
    if (!grip) throw new Error("no handle");
    const [x, y] = [grip.x + grip.width / 2, grip.y + 10];
    await phone.mouse.move(x, y);
    await phone.mouse.down();
    for (let i = 1; i <= 12; i++) {
      await phone.mouse.move(x, y - i * 25);
      await phone.waitForTimeout(60);
    }
    await phone.mouse.up();
    await phone.locator('main[data-size="half"]').waitFor();
  });
  await phone.context().close();
}

/** @param {Harness} h */
async function inEnglish(h) {
  const page = await h.page(desktop);
  await h.check("English by the browser, Chinese by a button, remembered", async () => {
    await page.goto(h.url);
    await listed(page);
    equal(await page.locator("h1").innerText(), "Nearest toilets", "heading");
    equal(await page.evaluate(() => document.documentElement.lang), "en", "lang");
    await page.getByRole("button", { name: "切换到中文" }).click();
    equal(await page.locator("h1").innerText(), "最近的厕所", "heading in Chinese");
    await page.reload();
    await listed(page);
    equal(await page.evaluate(() => document.documentElement.lang), "zh-Hans", "lang after a reload");
    await page.getByRole("button", { name: "Switch to English" }).click();
  });
  await h.check("axe: list, English", () => h.axe(page, "list"));
  await mapped(page);
  await h.picture(page, "desktop-list-en");

  await h.check("a click on the map is a position", async () => {
    await page.getByRole("button", { name: "Zoom out" }).click();
    await page.waitForTimeout(800);
    for (const [x, y] of [[1100, 690], [1150, 300], [700, 90], [1200, 500]]) {
      await page.mouse.click(/** @type {number} */ (x), /** @type {number} */ (y));
      await page.waitForTimeout(300);
      if (await page.getByText("Point on the map").isVisible()) return;
      await page.keyboard.press("Escape"); // a facility was under the pointer
    }
    throw new Error("no click became a position");
  });

  await h.check("axe: detail, English", async () => {
    await page.locator("ol a[data-id]").first().click();
    await page.locator('a[data-mode="walk"]').waitFor();
    const href = (await page.locator('a[data-mode="walk"]').getAttribute("href")) ?? "";
    assert(href.startsWith("https://uri.amap.com/navigation"), `the web page on a desk: ${href}`);
    await h.axe(page, "detail");
    await mapped(page);
    await h.picture(page, "desktop-detail-en");
  });
  await page.context().close();

  const dark = await h.page({ locale: "en-US", colorScheme: "dark" });
  await h.check("axe: dark colours", async () => {
    await dark.goto(h.url);
    await listed(dark);
    await h.axe(dark, "dark list");
    await mapped(dark);
    await h.picture(dark, "phone-dark-en");
    await dark.locator("ol a[data-id]").first().click();
    await dark.locator('a[data-mode="walk"]').waitFor();
    await h.axe(dark, "dark detail");
  });
  await dark.context().close();
}

/** @param {Harness} h */
async function withBaseMap(h) {
  const page = await h.page();
  await h.check("an operator's base map in GCJ-02, with its approval number", async () => {
    const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");
    const base = { tiles: [`${h.url}/base/{z}/{x}/{y}.png`], attribution: "底图示例", crs: "gcj02" };
    await page.route("**/v1/settings", (route) => route.fulfill({ json: { base_map: base, map_approval: "GS(2024)0650号" } }));
    let ground = 0;
    await page.route("**/base/**", (route) => {
      ground++;
      return route.fulfill({ body: pixel, contentType: "image/png" });
    });
    const shifted = page.waitForRequest(/\/v1\/tiles\/toilet\/.*\.mvt\?crs=gcj02/);
    await page.goto(h.url);
    await shifted;
    await page.getByText("底图示例 · GS(2024)0650号").waitFor();
    await mapped(page);
    assert(ground > 0, "tiles of the base map were asked for");
  });
  await page.context().close();

  const styled = await h.page();
  await h.check("an operator's base map as a style: drawn below the facilities, and missed by nobody when its server fails", async () => {
    const style = {
      version: 8,
      sources: { land: { type: "geojson", data: `${h.url}/base/land.geojson` } },
      layers: [{ id: "land", type: "fill", source: "land", paint: { "fill-color": "#ff00ff" } }],
    };
    const country = { type: "Polygon", coordinates: [[[100, 20], [130, 20], [130, 40], [100, 40], [100, 20]]] };
    await styled.route("**/v1/settings", (route) => route.fulfill({ json: { base_map: { style_url: `${h.url}/base/style.json`, crs: "wgs84" } } }));
    let up = true;
    await styled.route("**/base/style.json", (route) => (up ? route.fulfill({ json: style }) : route.fulfill({ status: 502, body: "" })));
    await styled.route("**/base/land.geojson", (route) => route.fulfill({ json: country }));
    await styled.goto(h.url);
    await listed(styled);
    await mapped(styled);
    /** @type {[number[], number[]]} */
    const land = [[200, 0, 200], [255, 80, 255]];
    const magenta = await share(styled, ...land);
    assert(magenta > 0.3, `the style's land covers ${magenta} of the map`);
    up = false;
    await styled.reload();
    await listed(styled);
    await mapped(styled);
    h.trouble = h.trouble.filter((t) => !t.includes("502"));
    equal(await share(styled, ...land), 0, "land without the style");
    const dots = await share(styled, [0, 0, 120], [80, 110, 255]);
    assert(dots > 0.001, `facilities cover ${dots} of the map`);
  });
  await styled.context().close();
}

/** How much of the map's upper half has a colour between two. @param {Page} page @param {number[]} low @param {number[]} high */
async function share(page, low, high) {
  const shot = await page.screenshot({ clip: { x: 0, y: 130, width: 390, height: 220 } });
  return page.evaluate(async ({ png, low, high }) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], { type: "image/png" }));
    const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    if (!pen) throw new Error("no canvas");
    pen.drawImage(bitmap, 0, 0);
    const data = pen.getImageData(0, 0, bitmap.width, bitmap.height).data;
    let hits = 0;
    for (let i = 0; i < data.length; i += 4) if ([0, 1, 2].every((c) => data[i + c] >= low[c] && data[i + c] <= high[c])) hits++;
    return hits / (bitmap.width * bitmap.height);
  }, { png: shot.toString("base64"), low, high });
}

/** @param {Harness} h */
async function withoutPosition(h) {
  const page = await h.page({ permissions: [] });
  await h.check("a refused position leads on to the map and the names", async () => {
    await page.goto(h.url);
    await page.getByRole("button", { name: "我的位置" }).click();
    await page.getByRole("heading", { name: "没有定位权限" }).waitFor();
    await h.axe(page, "denied");
    await h.picture(page, "phone-denied-zh");
    await mapped(page);
    for (const [x, y] of [[200, 250], [120, 300], [300, 180]]) {
      await page.touchscreen.tap(/** @type {number} */ (x), /** @type {number} */ (y));
      await page.waitForTimeout(1200);
      if (await page.getByText("地图上选的位置").isVisible()) return settled(page);
    }
    throw new Error("a tap on the map gave no position");
  });
  await page.context().close();

  const far = await h.page({ geolocation: { latitude: 0.5, longitude: -150 }, locale: "en-US" });
  await h.check("outside the data the page says so", async () => {
    await far.goto(h.url);
    await far.getByRole("heading", { name: "No data here yet" }).waitFor();
    await h.axe(far, "outside");
  });
  await far.context().close();

  const between = await h.page({ geolocation: await lonely(h) });
  await h.check("the radius grows by itself and the page says so", async () => {
    await between.goto(h.url);
    await listed(between);
    await between.getByText(/1\.5 公里内没有，最近的在 .+ 公里 外/).first().waitFor();
    assert((await rows(between)).length > 0, "rows");
  });
  await between.context().close();
}

/** A place near Nanchang without a toilet within the first radius. */
async function lonely(h) {
  for (let step = 1; step < 60; step++) {
    const at = { latitude: nanchang.latitude - step * 0.03, longitude: nanchang.longitude + step * 0.013 };
    const ask = `${h.url}/v1/facilities/nearby?lat=${at.latitude}&lon=${at.longitude}&category=toilet&access=yes,permissive,customers,permit,key,unknown&expand=true&limit=1`;
    const answer = await (await fetch(ask)).json();
    if (answer.radius_used > 1500 && answer.features.length > 0) return at;
  }
  throw new Error("toilets everywhere");
}

/** @param {Harness} h */
async function whenSomethingIsMissing(h) {
  const page = await h.page();
  await h.check("offline is said, and over when it is over", async () => {
    await page.goto(h.url);
    await listed(page);
    await mapped(page);
    await page.context().setOffline(true);
    await page.getByText("没有网络，下面是刚才的结果").waitFor();
    await page.getByRole("button", { name: "无障碍" }).click();
    await page.getByRole("heading", { name: "没有网络" }).waitFor();
    await h.axe(page, "offline");
    await page.context().setOffline(false);
    await listed(page);
  });
  await page.context().close();

  const slow = await h.page({ locale: "en-US" });
  await h.check("a slow and then failing server is told apart from nothing found", async () => {
    await slow.route("**/v1/facilities/nearby*", async (route) => {
      await new Promise((done) => setTimeout(done, 6500));
      await route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"status":503,"code":"unavailable"}' }).catch(() => {});
    });
    await slow.goto(h.url);
    await slow.getByText("The network is slow, still looking…").first().waitFor();
    await slow.getByRole("heading", { name: "It is busy right now" }).waitFor();
    h.trouble = h.trouble.filter((t) => !t.includes("503"));
    await slow.unroute("**/v1/facilities/nearby*");
    await slow.getByRole("button", { name: "Try again" }).click();
    await listed(slow);
  });
  await slow.context().close();

  const flat = await h.page();
  await h.check("without WebGL the list works and the page says why there is no map", async () => {
    await flat.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await flat.goto(h.url);
    await listed(flat);
    await flat.getByText("这台设备显示不了地图").waitFor();
    h.trouble = h.trouble.filter((t) => !/webgl/i.test(t));
  });
  await flat.context().close();

  const large = await h.page({ viewport: { width: 320, height: 640 } });
  await h.check("a small phone with text twice as large loses nothing to the side", async () => {
    await large.goto(h.url);
    await listed(large);
    await large.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
    const wide = await large.locator(".body").evaluate((body) => body.scrollWidth - body.clientWidth);
    assert(wide <= 0, `the list is ${wide} px too wide`);
    await h.picture(large, "phone-large-text");
  });
  await large.context().close();
}
