// Writes china.txt from the npm package chinese-days (MIT), which follows the notices of the State Council.
//
//	npm install --no-save chinese-days@1.5.7 && node china.mjs path/to/chinese-days/dist/chinese-days.json > ../china.txt
//
// A line is either "2026-10-01 7", a holiday and its length in days, or "2026-10-10 Tu", a weekend day that is worked
// and the weekday it stands in for: the working days that a holiday takes are given to its make-up days in order.
// A make-up day left over stands in for the working day next to it.
import { readFileSync } from "node:fs";

const { holidays, workdays, inLieuDays } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const number = (date) => Date.parse(date + "T00:00:00Z") / 86400000;
const weekday = (n) => ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"][(n + 3) % 7];
const lines = [];

const off = Object.keys(holidays).sort();
for (let i = 0; i < off.length; ) {
	let length = 1;
	while (off[i + length] && number(off[i + length]) === number(off[i]) + length) length++;
	lines.push(`${off[i]} ${length}`);
	i += length;
}

const taken = new Set();
for (const day of Object.keys(workdays).sort()) {
	const n = number(day);
	const name = (text) => text.split(",")[0];
	const given = Object.keys(inLieuDays)
		.sort()
		.find((d) => !taken.has(d) && name(inLieuDays[d]) === name(workdays[day]) && Math.abs(number(d) - n) <= 21);
	if (given) taken.add(given);
	lines.push(`${day} ${given ? weekday(number(given)) : weekday(n) === "Sa" ? "Fr" : "Mo"}`);
}

console.log("# Public holidays and make-up workdays of mainland China, from chinese-days (MIT); see generate/china.mjs.");
console.log(lines.sort().join("\n"));
