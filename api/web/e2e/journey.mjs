// What a citizen does: finds the nearest toilet, narrows, opens it, goes there, sends it to a friend.
import { assert, equal, listed, mapped, rows } from "./harness.mjs";

/** @typedef {import("./harness.mjs").Harness} Harness */

const android = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";
const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 Version/18.4 Mobile/15E148 Safari/604.1";

/** Private places are left out by the page. */
const letIn = "yes,permissive,customers,permit,key,unknown";

/** The answer of the API to the same question as the page's. */
async function asked(h, query) {
  const answer = await fetch(`${h.url}/v1/facilities/nearby?lat=28.6829&lon=115.8582&expand=true&access=${letIn}&${query}`);
  assert(answer.ok, `the API answered ${answer.status}`);
  return answer.json();
}

/** @param {Harness} h */
export async function journey(h) {
  const page = await h.page({ userAgent: android, clipboard: true });
  let address = "";

  await h.check("the list comes first, before the map library", async () => {
    let library = false;
    page.on("request", (r) => (library ||= r.url().includes("facility-map")));
    await page.goto(h.url);
    await listed(page);
    const early = library;
    await mapped(page);
    assert(!early || library, "the map was asked for before the list was there");
    equal(await page.locator("h1").innerText(), "最近的厕所", "heading");
    equal(new URL(page.url()).search, "", "the address holds no position");
  });

  await h.check("the list is the API's answer, nearest first", async () => {
    const want = (await asked(h, "category=toilet")).features.map((f) => f.id);
    const got = (await rows(page)).map((r) => r.id);
    assert(got.length > 0 && got.length >= Math.min(want.length, 20), `${got.length} rows`);
    equal(got.slice(0, want.length).join(), want.join(), "order");
    const said = await page.locator('[aria-live="polite"]').innerText();
    assert(/找到 \d+ 处.*米|公里/.test(said), `the live region says ${JSON.stringify(said)}`);
  });

  await h.check("axe: list, Chinese", () => h.axe(page, "list"));
  await h.picture(page, "phone-list-zh");

  await h.check("open now and step-free narrow the list", async () => {
    await page.getByRole("button", { name: "现在开放" }).click();
    await page.getByRole("button", { name: "无障碍" }).click();
    await page.waitForURL(/open=now/);
    await page.waitForURL(/step_free=yes/);
    await settled(page);
    const want = (await asked(h, "category=toilet&open_at=now&wheelchair=yes,designated")).features.map((f) => f.id);
    equal((await rows(page)).slice(0, want.length).map((r) => r.id).join(), want.join(), "filtered rows");
    for (const row of await rows(page)) assert(!row.text.includes("已关闭") && row.text.includes("无障碍"), row.text);
    await page.getByRole("button", { name: "不看时间未知的" }).click();
    await settled(page);
    for (const row of await rows(page)) assert(row.text.includes("开放中") || row.text.includes("全天开放"), row.text);
  });

  await h.check("a reload keeps the filters", async () => {
    await page.reload();
    await listed(page);
    equal(await page.getByRole("button", { name: "无障碍" }).getAttribute("aria-pressed"), "true", "step-free");
    await page.goto(h.url);
    await listed(page);
  });

  await h.check("another category", async () => {
    await page.getByRole("button", { name: "商店" }).click();
    await page.waitForURL(/category=store/);
    await settled(page);
    const want = (await asked(h, "category=store")).features[0].id;
    equal((await rows(page))[0]?.id, want, "nearest store");
    await page.getByRole("button", { name: "厕所" }).click();
    await settled(page);
  });

  await h.check("scrolling brings more, each once", async () => {
    const first = await asked(h, "category=toilet");
    if (!first.next_cursor) return;
    const before = (await rows(page)).length;
    await page.locator(".body").evaluate((body) => body.scrollTo(0, body.scrollHeight));
    await page.waitForFunction((n) => document.querySelectorAll("ol a[data-id]").length > n, before);
    const ids = (await rows(page)).map((r) => r.id);
    equal(new Set(ids).size, ids.length, "distinct rows");
    await page.locator(".body").evaluate((body) => body.scrollTo(0, 0));
  });

  await h.check("a place opens with its details and the focus on its name", async () => {
    const row = (await rows(page))[0];
    await page.locator("ol a[data-id]").first().click();
    await page.waitForURL(/\/p\//);
    equal(decodeURIComponent(new URL(page.url()).pathname), `/p/${row?.id}`, "address");
    await page.locator("#place-name").waitFor();
    equal(await page.evaluate(() => document.activeElement?.id), "place-name", "focus");
    assert(row?.text.startsWith(await page.locator("#place-name").innerText()), "the name is the row's");
    address = page.url();
  });

  await h.check("Amap's own scheme on Android, with the way in GCJ-02", async () => {
    const walk = page.locator('a[data-mode="walk"]');
    await walk.waitFor();
    const target = new URL((await walk.getAttribute("href")) ?? "");
    equal(target.protocol, "amapuri:", "scheme");
    equal(target.searchParams.get("t"), "2", "t = on foot");
    const place = await (await fetch(`${h.url}/v1/facilities/${address.split("/p/")[1]}`)).json();
    const shift = Math.abs(Number(target.searchParams.get("dlon")) - place.geometry.coordinates[0]);
    assert(shift > 0.001 && shift < 0.01, `shifted by ${shift}° to GCJ-02`);
    for (const mode of ["bicycle", "drive", "taxi"]) assert(await page.locator(`a[data-mode="${mode}"]`).getAttribute("href"), mode);
    assert((await page.locator('a[data-mode="taxi"]').getAttribute("href"))?.startsWith("amapuri://drive/takeTaxi"), "taxi");
  });

  await h.check("axe: detail, Chinese", () => h.axe(page, "detail"));
  await mapped(page);
  await h.picture(page, "phone-detail-zh");

  await h.check("another map app is remembered", async () => {
    await page.getByLabel("地图应用").selectOption("baidu");
    assert((await page.locator('a[data-mode="walk"]').getAttribute("href"))?.startsWith("baidumap://"), "Baidu's scheme");
    await page.reload();
    await page.locator('a[data-mode="walk"][data-provider="baidu"]').waitFor();
    await page.getByLabel("地图应用").selectOption("amap");
  });

  await h.check("share copies a link that holds the place and nothing else", async () => {
    await page.evaluate(() => Object.defineProperty(navigator, "share", { value: undefined, configurable: true }));
    await page.getByRole("button", { name: "分享" }).click();
    await page.getByText("链接已复制").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    equal(link, address.split("?")[0], "link");
    address = link;
  });

  await h.check("back returns to the list, to the row that was left", async () => {
    await page.goto(h.url);
    await listed(page);
    const third = page.locator("ol a[data-id]").nth(2);
    const id = await third.getAttribute("data-id");
    await third.click();
    await page.locator("#place-name").waitFor();
    await page.goBack();
    await page.waitForFunction((want) => /** @type {HTMLElement} */ (document.activeElement)?.dataset.id === want, id);
  });

  await h.check("a friend's phone opens the same place, asked for nothing", async () => {
    const friend = await h.page({ userAgent: iphone, permissions: [] });
    await friend.goto(address);
    await friend.locator("#place-name").waitFor();
    equal(await friend.locator("#place-name").innerText(), await nameOf(h, address), "name");
    const link = friend.locator('a[data-mode="walk"]');
    await link.waitFor();
    assert((await link.getAttribute("href"))?.startsWith("iosamap://"), "Amap's scheme on an iPhone");
    await h.axe(friend, "shared place");
    await friend.goto(`${h.url}/p/no-such-place`);
    await friend.getByText("找不到这个地方").waitFor();
    await friend.context().close();
  });

  await page.context().close();
}

async function nameOf(h, address) {
  const place = await (await fetch(`${h.url}/v1/facilities/${address.split("/p/")[1]}`)).json();
  return place.properties.name;
}

/** The answer to the last change is on the screen. @param {import("playwright-core").Page} page */
export async function settled(page) {
  await page.waitForTimeout(60);
  await page.waitForFunction(() => !document.querySelector('ol[aria-busy="true"], .rows[aria-hidden="true"]'));
}
