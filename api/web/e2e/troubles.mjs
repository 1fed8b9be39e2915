// What goes wrong at a clerk's desk, and the way out of each: a file of which no row can be used as it is, two windows on
// one dataset, a session that ran out, a phone in the place of a desk.
import { desk, drop } from "./console.mjs";
import { assert, equal } from "./harness.mjs";

/** @typedef {import("./harness.mjs").Harness} Harness */

/** Every position has lost its decimal point. */
const damaged = ["编号,名称,纬度,经度", ...["286.754.312,115.867.543", "286.612.345,115.823.456", "286.698.765,115.898.765"].map((at, i) => `${i + 1},公厕${i + 1},${at}`)].join("\r\n");

/** @param {number} n */
const places = (n) => ["编号,名称,纬度,经度", ...Array.from({ length: n }, (_, i) => `${i + 1},驿站${i + 1},${(28.66 + i / 2000).toFixed(4)},${(115.84 + i / 1500).toFixed(4)}`)].join("\r\n");

/** @param {Harness} h @param {(org: string, role: string) => string} keyFor */
export async function troubles(h, keyFor) {
  const page = await h.page(desk);
  page.on("dialog", (d) => void d.accept());
  const key = keyFor("jiujiang", "publisher");
  const home = `${h.url}/console/datasets/jiujiang-toilets`;
  const publish = page.getByRole("button", { name: /^发布 \d+ 处设施$/ });

  await h.check("troubles: what a form lacks is said in the reader's language, under the names of its fields", async () => {
    await page.goto(`${h.url}/console`);
    equal(await page.evaluate(() => document.activeElement?.id), "key", "focus");
    await page.keyboard.type(key);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "新建数据集" }).click();
    await page.getByLabel("编号").fill("jiujiang-toilets");
    await page.getByLabel("许可").fill("我的许可");
    await page.getByRole("button", { name: "新建", exact: true }).click();
    const said = await page.getByRole("alert").innerText();
    assert(/请至少填写一个名称.*许可应为/.test(said) && !/needs|must/.test(said), said);
    h.trouble.length = 0; // the browser's own word about the 400
    await page.getByLabel("中文名称").fill("九江公共厕所");
    await page.getByLabel("许可").fill("CC-BY-4.0");
    await page.getByLabel("责任区域").fill("115.4,28.1,116.6,29.2");
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await page.getByRole("heading", { name: "九江公共厕所" }).waitFor();
  });

  await h.check("troubles: a file of which no row can be used shows why, and its repair", async () => {
    await drop(page, "全损.csv", damaged);
    await page.getByText("没有一行可用").waitFor({ timeout: 30_000 });
    const finding = page.locator("li", { hasText: "坐标已损坏" }).first();
    await finding.getByRole("button", { name: "查看各行" }).click();
    await finding.getByRole("button", { name: "3", exact: true }).waitFor();
    await h.axe(page, "refused");
    await page.locator("li", { hasText: "恢复坐标的小数点" }).getByRole("button", { name: /接受/ }).click();
    await publish.waitFor({ timeout: 30_000 });
    await page.getByRole("link", { name: "← 九江公共厕所" }).waitFor();
    await publish.click();
    await page.getByText("已发布为第 1 版").waitFor();
  });

  await h.check("a place names its dataset by the title, with a link to its page", async () => {
    const { features } = await (await fetch(`${h.url}/v1/datasets/jiujiang-toilets/features`)).json();
    const citizen = await h.page();
    await citizen.goto(`${h.url}/p/${features[0].id}`);
    await citizen.getByRole("link", { name: "数据：九江公共厕所" }).click();
    await citizen.getByRole("heading", { name: "九江公共厕所" }).waitFor();
    await citizen.context().close();
  });

  await h.check("troubles: another window published meanwhile; the file is compared again, then published", async () => {
    await page.goto(home);
    await drop(page, "驿站.csv", places(4));
    await publish.waitFor({ timeout: 30_000 });
    const edited = await page.evaluate(async (at) => {
      const { features } = await (await fetch(`${at}/features`)).json();
      const feature = `${at}/features/${features[0].id}`;
      const tag = (await fetch(feature)).headers.get("ETag") ?? "";
      return (await fetch(feature, { method: "PATCH", headers: { "Content-Type": "application/json", "If-Match": tag }, body: '{"properties":{"phone":"0792-1234567"}}' })).status;
    }, "/v1/datasets/jiujiang-toilets");
    equal(edited, 200, "the edit that makes version 2");
    await publish.click();
    await page.getByRole("button", { name: "与现行版本重新比较" }).click();
    await page.getByText("与第 2 版比较").waitFor({ timeout: 30_000 });
    h.trouble.length = 0; // the browser's own word about the 409
    await publish.click();
    await page.getByText("已发布为第 3 版").waitFor();
  });

  await h.check("troubles: a phone shows the whole way without scrolling sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(home);
    await drop(page, "驿站.csv", places(5));
    await publish.waitFor({ timeout: 30_000 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert(wide <= 0, `the page is ${wide} px too wide`);
  });

  await h.check("troubles: settings say that they are saved; a session that ran out says so, and leads back", async () => {
    await page.goto(home);
    await page.getByText("数据集设置").click();
    await page.getByLabel("联系单位").fill("九江市城管局");
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByText("已保存").waitFor();
    await page.context().clearCookies();
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByText("登录已过期").waitFor();
    h.trouble.length = 0; // the browser's own word about the 401
    await h.axe(page, "session ended");
    await page.keyboard.type(key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "九江公共厕所" }).waitFor();
  });
  await page.context().close();
}
