// An opening_hours value as lines that anybody reads: "Mo-Fr 08:00-22:00; PH off" becomes
// two lines. What is not understood is shown as it was written, never guessed.

import type { Messages } from "../i18n/messages";

export interface HoursLine {
  when: string;
  times: string;
}

const weekdayKeys = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const monthKeys = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The lines of a value, or null where the text itself is the better answer. */
export function hoursLines(text: string, t: Messages): HoursLine[] | null {
  const value = text.trim();
  if (value === "") return null;
  if (value === "24/7") return [{ when: t.hours.everyDay, times: t.hours.always }];
  const lines: HoursLine[] = [];
  for (const rule of value.split(/;|\|\|/)) {
    if (rule.trim() === "") continue;
    const line = ruleLine(rule.trim(), t);
    if (!line) return null;
    lines.push(line);
  }
  return lines.length > 0 ? lines : null;
}

const weekday = "(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)";
const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const date = `${month}(?: \\d{1,2}(?!\\d|:\\d))?`;
const clock = "(?:\\d{1,2}:\\d{2}|sunrise|sunset|dawn|dusk)";
const ruleShape = new RegExp(
  `^(?:(${date}(?:-(?:${date}|\\d{1,2}))?(?:,${date}(?:-${date})?)*):? ?)?` +
    `(?:(${weekday}(?:-${weekday})?(?:, ?${weekday}(?:-${weekday})?)*) ?)?` +
    `(24/7|off|closed|open|${clock}(?:-${clock}\\+?|\\+)(?:, ?${clock}(?:-${clock}\\+?|\\+))*)?` +
    `(?: ?(off|closed))?(?: ?"([^"]*)")?$`,
);

function ruleLine(rule: string, t: Messages): HoursLine | null {
  const m = ruleShape.exec(rule);
  if (!m) return null;
  const [, dates, days, times, off, comment] = m;
  if (!dates && !days && !times && !off) return null;
  const when = [dates ? datesText(dates, t) : "", days ? daysText(days, t) : ""].filter(Boolean).join(" ");
  const shut = off || times === "off" || times === "closed";
  let what = shut ? t.hours.off : timesText(times ?? "24/7", t);
  if (off && times && times !== "off" && times !== "closed") what = `${timesText(times, t)} ${t.hours.off}`;
  if (comment) what += ` (${comment})`;
  return { when: when || (shut ? t.hours.otherwise : t.hours.everyDay), times: what };
}

function daysText(days: string, t: Messages): string {
  if (days === "Mo-Su") return t.hours.everyDay;
  const word = (key: string) => {
    if (key === "PH") return t.hours.publicHoliday;
    if (key === "SH") return t.hours.schoolHoliday;
    return t.weekdays[weekdayKeys.indexOf(key)] ?? key;
  };
  return days
    .split(/, ?/)
    .map((part) => part.split("-").map(word).join("–"))
    .join(t.hours.list);
}

function datesText(dates: string, t: Messages): string {
  const word = (part: string) => {
    const [name = "", dayOfMonth] = part.split(" ");
    const index = monthKeys.indexOf(name);
    if (index < 0) return part;
    const monthName = t.months[index] ?? name;
    if (!dayOfMonth) return monthName;
    return monthName.endsWith("月") ? `${monthName}${dayOfMonth}日` : `${dayOfMonth} ${monthName}`;
  };
  return dates
    .split(",")
    .map((part) => part.split("-").map(word).join("–"))
    .join(t.hours.list);
}

function timesText(times: string, t: Messages): string {
  if (times === "24/7" || times === "open" || times === "00:00-24:00") return t.hours.always;
  const word = (part: string) => {
    if (part === "sunrise") return t.hours.sunrise;
    if (part === "sunset") return t.hours.sunset;
    if (part === "dawn") return t.hours.dawn;
    if (part === "dusk") return t.hours.dusk;
    return part.padStart(5, "0");
  };
  return times
    .split(/, ?/)
    .map((span) => {
      const openEnd = span.endsWith("+");
      const text = span.replace(/\+$/, "").split("-").map(word).join("–");
      return openEnd ? `${text} ${t.hours.openEnd}` : text;
    })
    .join(t.hours.list);
}
