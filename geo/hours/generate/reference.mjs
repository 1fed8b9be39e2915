// Writes testdata/reference.txt.gz: what the reference implementation, npm opening_hours 3.15 (LGPL; used as an oracle
// only, no part of it is here), answers for every value it takes.
//
//	npm install --no-save opening_hours@3.15 chinese-days@1.5.7
//	TZ=Asia/Shanghai node reference.mjs values.txt… | gzip -9n > ../testdata/reference.txt.gz
//
// The first two lines are instants in Unix seconds: ordinary days, and days around German holidays. Then one line a
// value: the value, the states at the first instants in Nanchang, and for a value that mentions PH those at the second
// ones in Germany (o open, c closed, u unknown), separated by tabs. Chinese holidays and their neighbours are left out of
// the ordinary days, because the reference knows only fixed dates and no make-up workdays.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.cwd() + "/");
const OpeningHours = require("opening_hours");
const china = JSON.parse(readFileSync(require.resolve("chinese-days/dist/chinese-days.json"), "utf8"));
const day = 86400;

let seed = 7;
const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
const fixed = ["01-01", "03-08", "05-01", "05-04", "06-01", "08-01", "10-01", "10-02", "10-03"];
const date = (sec) => new Date((sec + 8 * 3600) * 1000).toISOString().slice(0, 10);
const special = (d) => d in china.holidays || d in china.workdays || fixed.includes(d.slice(5));

function ordinary(from, to, count) {
	const instants = [];
	const start = Date.parse(from) / 1000, days = (Date.parse(to) / 1000 - start) / day;
	while (instants.length < count) {
		const sec = start + random(days) * day + (random(1440) + 1) * 60 + 30;
		if (![-2, -1, 0, 1, 2].some((k) => special(date(sec + k * day)))) instants.push(sec);
	}
	return instants;
}

const instants = [...ordinary("2024-01-01", "2026-12-20", 160), ...ordinary("2012-01-01", "2023-12-20", 80)];
const german = [];
for (const d of ["2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09", "2024-10-03", "2024-12-25", "2024-12-26",
	"2025-04-18", "2025-04-21", "2025-06-09", "2026-05-14", "2026-10-03"])
	for (const shift of [-day, 0, day])
		for (const hour of [1, 9, 13, 17, 21]) german.push(Date.parse(d + "T00:00:00+08:00") / 1000 + shift + hour * 3600 + 990);

function states(value, place, times) {
	const oh = new OpeningHours(value, place, {});
	return times.map((sec) => oh.getStateString(new Date(sec * 1000), true)[0]).join("");
}

console.error = () => {};
console.log(instants.join(" "));
console.log(german.join(" "));
const seen = new Set();
for (const file of process.argv.slice(2))
	for (let value of readFileSync(file, "utf8").split(/\r?\n/)) {
		if (file.endsWith(".tsv")) value = value.split("\t")[1] ?? "";
		if (!value || value.startsWith("#") || value.includes("\t") || seen.has(value)) continue;
		seen.add(value);
		try {
			const nanchang = { lat: "28.6829", lon: "115.8582", address: { country_code: "cn", state: "" } };
			const line = [value, states(value, nanchang, instants)];
			if (/\bPH\b/i.test(value)) line.push(states(value, { ...nanchang, address: { country_code: "de", state: "Berlin" } }, german));
			console.log(line.join("\t"));
		} catch {}
	}
