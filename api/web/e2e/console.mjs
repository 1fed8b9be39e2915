// What a clerk does: signs in, drops the file that a spreadsheet has spoilt, accepts the repair, publishes, drops a
// shorter one, sees what would go, goes back. And a reviewer, who only looks.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assert, equal } from "./harness.mjs";

/** @typedef {import("./harness.mjs").Harness} Harness */

/** Toilets as they come: a decimal point lost, axes exchanged, one at 0,0, a row twice. */
export const messy = [
  "编号,名称,纬度,经度,地址,开放时间",
  ...Array.from({ length: 40 }, (_, i) => `${i + 1},公厕${i + 1},${(28.66 + i / 2000).toFixed(4)},${(115.84 + i / 1500).toFixed(4)},八一大道${i + 1}号,06:00-22:00`),
  "41,写反公厕,115.8612,28.6711,中山路1号,06:00-22:00",
  "42,损坏公厕,286.754.312,115.867.543,中山路2号,06:00-22:00",
  "43,零点公厕,0,0,中山路3号,24小时",
].join("\r\n");

export const desk = { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false };

/** @param {Harness} h @param {(org: string, role: string) => string} keyFor */
export async function clerk(h, keyFor) {
  const page = await h.page(desk);
  page.on("dialog", (d) => void d.accept());
  const publisher = keyFor("nanchang", "publisher");

  await h.check("console: a wrong key is told, the right one signs in", async () => {
    await page.goto(`${h.url}/console`);
    await page.getByLabel("密钥").fill("fjn_WRONG");
    await page.getByRole("button", { name: "登录" }).click();
    await page.getByText("密钥无效").waitFor();
    h.trouble.length = 0; // the browser's own word about the 401
    await page.getByLabel("密钥").fill(publisher);
    await page.getByRole("button", { name: "登录" }).click();
    await page.getByRole("heading", { name: "数据集" }).waitFor();
    equal(await page.evaluate(() => document.cookie), "", "cookies a script can read");
  });

  await h.check("console: a new dataset, and the server's words where it is wrong", async () => {
    await page.getByRole("button", { name: "新建数据集" }).click();
    await page.getByLabel("编号").fill("nanchang-toilets");
    await page.getByLabel("中文名称").fill("南昌公共厕所");
    await page.getByLabel("设施类别").fill("toilet");
    await page.getByLabel("责任区域").fill("115.4,28.1,116.6");
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await page.getByText("应为四个数").waitFor();
    await page.getByLabel("责任区域").fill("115.4,28.1,116.6,29.2");
    await page.getByLabel("编号").fill("catalogue");
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await page.getByText("编号：是系统保留的值").waitFor(); // the server's word, in the clerk's language
    h.trouble.length = 0; // the browser's own word about the 400
    await page.getByLabel("编号").fill("nanchang-toilets");
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await page.getByRole("heading", { name: "南昌公共厕所" }).waitFor();
  });
  await h.check("axe: console, dataset", () => h.axe(page, "dataset"));

  await h.check("console: a messy file shows what is wrong, row by row", async () => {
    await drop(page, "公厕.csv", messy);
    await ready(page);
    await page.getByText("坐标为 0,0").waitFor();
    await page.getByText("坐标已损坏").first().waitFor();
    const finding = page.locator("li", { hasText: "坐标为 0,0" });
    await finding.getByRole("button", { name: "查看各行" }).click();
    await finding.getByRole("button", { name: "43" }).waitFor();
    await finding.getByRole("cell", { name: "位置在 0,0 的 1 公里以内，表示位置未知" }).waitFor();
    await h.picture(page, "console-findings");
  });
  await h.check("axe: console, upload", () => h.axe(page, "upload"));

  await h.check("console: an accepted repair brings the row in", async () => {
    const repair = page.locator("li", { hasText: "恢复坐标的小数点" });
    assert((await repair.innerText()).includes("28.6754312"), "the repair shows what the row will say");
    await repair.getByRole("button", { name: /接受/ }).click();
    await page.getByText("已接受").waitFor();
    await ready(page);
  });

  await h.check("console: published, people find it", async () => {
    await page.getByLabel("说明").fill("十一月普查");
    await page.getByRole("button", { name: /^发布 \d+ 处设施$/ }).click();
    await page.getByText("已发布为第 1 版").waitFor();
    const answer = await (await fetch(`${h.url}/v1/facilities/nearby?lat=28.6754312&lon=115.867543&dataset=nanchang-toilets`)).json();
    equal(answer.features[0].properties.name, "损坏公厕", "nearest");
  });

  await h.check("console: a file that lacks half is not published unseen", async () => {
    await page.goto(`${h.url}/console/datasets/nanchang-toilets`);
    await drop(page, "一半.csv", messy.split("\r\n").slice(0, 12).join("\r\n"));
    await ready(page);
    await page.getByText("占现有的一半以上").waitFor();
    await page.getByRole("button", { name: "逐条查看" }).click();
    await page.locator('[data-op="removed"]').first().waitFor();
    await page.getByRole("button", { name: /^发布 \d+ 处设施$/ }).click();
    await page.getByText("已发布为第 2 版").waitFor();
  });

  await h.check("console: back to version 1 as version 3", async () => {
    await page.goto(`${h.url}/console/datasets/nanchang-toilets`);
    await page.getByRole("button", { name: "退回到第 1 版" }).click();
    await page.locator("main").getByText("第 3 版").waitFor();
    await page.getByRole("button", { name: "与上一版比较" }).first().click();
    await page.locator('[data-op="added"]').first().waitFor();
    await h.picture(page, "console-versions");
  });

  await h.check("console: coverage is measured, drawn and exported", async () => {
    await page.getByRole("link", { name: "覆盖分析" }).click();
    await page.locator("canvas.maplibregl-canvas").waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "分析当前地图范围" }).click();
    await page.getByText(/个格子中/).waitFor({ timeout: 30_000 });
    const csv = await (await fetch(h.url + (await page.getByRole("link", { name: /CSV/ }).getAttribute("href")))).text();
    assert(csv.startsWith("cell,lat,lon,distance_m,nearest,served\n") && csv.split("\n").length > 10, csv.slice(0, 200));
    await page.waitForTimeout(1500);
    await h.picture(page, "console-coverage");
  });
  await h.check("console: coverage of an id that is none is refused in words", async () => {
    await page.getByLabel("辖区").fill("nothing");
    await page.getByRole("button", { name: "分析此辖区" }).click();
    await page.getByRole("alert").filter({ hasText: "nothing" }).waitFor();
    h.trouble = h.trouble.filter((t) => !t.includes("400"));
  });
  await h.check("axe: console, coverage", () => h.axe(page, "coverage"));

  await h.check("console: in English, by another organisation, nothing of it is seen", async () => {
    const other = await h.page({ ...desk, locale: "en-GB" });
    await other.goto(`${h.url}/console`);
    await other.getByLabel("Key").fill(keyFor("ganzhou", "reader"));
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.getByText("There is no dataset yet").waitFor();
    equal(await other.getByRole("button", { name: "New dataset" }).count(), 0, "a reader makes no datasets");
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.getByLabel("Key").waitFor();
    await other.context().close();
  });

  const munich = fileURLToPath(new URL("../../../../shared/data/toilets/de_munich_toilets_export.csv", import.meta.url));
  if (!existsSync(munich)) {
    console.log("skip  console: Munich's export, as ../shared/data is not there");
    return;
  }
  await h.check("console: Munich's spoilt export is mended and published", async () => {
    await page.goto(`${h.url}/console`);
    await page.getByRole("button", { name: "新建数据集" }).click();
    await page.getByLabel("编号").fill("munich");
    await page.getByLabel("英文名称").fill("Toilets of Munich");
    await page.getByLabel("责任区域").fill("10.8,47.6,12.3,48.6");
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await page.getByRole("heading", { name: "Toilets of Munich" }).waitFor();
    await page.setInputFiles("input[type=file]", munich);
    await ready(page);
    await page.locator("li", { hasText: "恢复坐标的小数点" }).getByRole("button", { name: /接受/ }).click();
    await page.getByText("已接受").waitFor();
    await ready(page);
    await page.waitForTimeout(2000);
    await h.picture(page, "console-munich");
    await page.getByRole("button", { name: /^发布 1,0\d\d 处设施$/ }).click();
    await page.getByText("已发布为第 1 版").waitFor();
  });
}

/** @param {import("playwright-core").Page} page */
export async function drop(page, name, text) {
  await page.setInputFiles("input[type=file]", { name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

/** The check is over. @param {import("playwright-core").Page} page */
async function ready(page) {
  await page.waitForURL(/\/uploads\//);
  await page.getByRole("heading", { name: "发布后的变化" }).waitFor({ timeout: 30_000 });
  await page.getByText("可以发布").first().waitFor();
}
