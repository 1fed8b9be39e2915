import { describe, expect, it } from "vitest";
import type { FacilityProperties } from "../api/types";
import { en } from "../i18n/en";
import { zh } from "../i18n/zh";
import { categoryName, details, facts, placeName, rowFacts, telephone } from "./attributes";
import { compassPoint, distanceText, radiusText, walkMinutes } from "./distance";
import { hoursLines } from "./hours";
import { changeTime, opening } from "./opening";

describe("distance", () => {
  it.each([
    [0, "0 m"],
    [4.4, "4 m"],
    [123.4, "120 m"],
    [994, "990 m"],
    [996, "1 km"],
    [1234, "1.2 km"],
    [9940, "9.9 km"],
    [9960, "10 km"],
    [48_600, "49 km"],
  ])("%d m", (metres, text) => expect(distanceText(metres, en)).toBe(text));

  it("speaks Chinese", () => expect(distanceText(310, zh)).toBe("310 米"));

  it.each([
    [1500, "1.5 km"],
    [3000, "3 km"],
    [50_000, "50 km"],
    [800, "800 m"],
  ])("radius %d", (metres, text) => expect(radiusText(metres, en)).toBe(text));

  it.each([
    [0, 1],
    [86, 1],
    [87, 2],
    [310, 5],
    [3461, 60],
    [3500, null],
  ])("walking %d m takes %s min", (metres, minutes) => expect(walkMinutes(metres)).toBe(minutes));

  it.each([
    [0, 0],
    [22, 0],
    [23, 1],
    [87.2, 2],
    [338, 0],
    [359.9, 0],
  ])("bearing %d", (bearing, point) => expect(compassPoint(bearing)).toBe(point));
});

describe("opening", () => {
  const now = Date.parse("2026-11-21T12:00:00+08:00"); // a Saturday

  it.each([
    ["2026-11-21T22:00:00+08:00", "22:00"],
    ["2026-11-21T14:00:00Z", "14:00"],
    ["2026-11-22T00:00:00+08:00", "24:00"],
    ["2026-11-22T06:30:00+08:00", "tomorrow 06:30"],
    ["2026-11-23T09:00:00+08:00", "Mon 09:00"],
    ["2026-12-23T09:00:00+08:00", ""],
    ["2026-11-21T11:00:00+08:00", ""],
    ["nonsense", ""],
  ])("%s", (at, text) => expect(changeTime(at, now, en)).toBe(text));

  it("takes today from the place's own clock", () => {
    // 23:30 in Nanchang, already the next day in Tokyo, still the 21st in London.
    const late = Date.parse("2026-11-21T23:30:00+08:00");
    expect(changeTime("2026-11-22T01:30:00+09:00", late, en)).toBe("01:30");
    expect(changeTime("2026-11-21T20:00:00+00:00", late, en)).toBe("20:00");
  });

  const place = (over: Partial<FacilityProperties>): FacilityProperties => ({ name: "", category: "toilet", ...over });
  it.each([
    [{ open: "open", next_change: "2026-11-21T22:00:00+08:00" }, "open", "Open", "closes 22:00"],
    [{ open: "open", next_change: "2026-11-21T12:40:00+08:00" }, "soon", "Open", "closes 12:40"],
    [{ open: "open", opening_hours: "24/7" }, "open", "Open 24 hours", ""],
    [{ open: "open", next_change: null }, "open", "Open", ""],
    [{ open: "closed", next_change: "2026-11-22T06:30:00+08:00" }, "closed", "Closed", "opens tomorrow 06:30"],
    [{ open: "closed" }, "closed", "Closed", ""],
    [{}, "unknown", "Hours unknown", ""],
  ] as [Partial<FacilityProperties>, string, string, string][])("%j", (over, tone, state, change) => {
    expect(opening(place(over), now, en)).toEqual({ tone, state, change });
  });
});

describe("hours", () => {
  const read = (text: string) => hoursLines(text, en)?.map((l) => `${l.when}: ${l.times}`) ?? null;
  it.each([
    ["24/7", ["Every day: 24 hours a day"]],
    ["08:00-22:00", ["Every day: 08:00–22:00"]],
    ["Mo-Fr 8:00-18:00; Sa,Su 09:00-17:00", ["Mon–Fri: 08:00–18:00", "Sat, Sun: 09:00–17:00"]],
    ["Mo-Su,PH 06:00-23:00", ["Mon–Sun, Public holidays: 06:00–23:00"]],
    ["Mo-Su 10:00-02:00; PH off", ["Every day: 10:00–02:00", "Public holidays: closed"]],
    ["Apr-Oct 08:00-20:00; Nov-Mar off", ["Apr–Oct: 08:00–20:00", "Nov–Mar: closed"]],
    ["Dec 24-Jan 02: off", ["24 Dec–02 Jan: closed"]],
    ["sunrise-sunset", ["Every day: sunrise–sunset"]],
    ["Mo 08:00-12:00,13:00-17:00+", ["Mon: 08:00–12:00, 13:00–17:00 onwards"]],
    ['Sa 10:00-12:00 "by appointment"', ["Sat: 10:00–12:00 (by appointment)"]],
    ["Mo-Fr", ["Mon–Fri: 24 hours a day"]],
    ["week 1-53/2 Fr 09:00-12:00", null],
    ["(sunrise+01:00)-22:00", null],
    ["早上八点到晚上十点", null],
    ["", null],
  ])("%s", (text, lines) => expect(read(text)).toEqual(lines));

  it("speaks Chinese", () => {
    expect(hoursLines("Apr 01-Oct 31 Mo-Fr 08:00-22:00; PH off", zh)).toEqual([
      { when: "4月01日–10月31日 周一–周五", times: "08:00–22:00" },
      { when: "法定节假日", times: "不开放" },
    ]);
  });
});

describe("attributes", () => {
  const place: FacilityProperties = {
    name: "八一广场公厕",
    category: "toilet",
    attributes: {
      fee: "yes",
      charge: "1 CNY",
      wheelchair: "yes",
      changing_table: "no",
      operator: "市城管局",
      "name:en": "Bayi Square toilet",
      "source:x": "survey",
      mystery: "42",
    },
  };

  it("puts step-free first and joins fee and price", () => {
    expect(facts(place, en).map((f) => [f.text, f.good])).toEqual([
      ["Step-free", true],
      ["Fee 1 CNY", true],
      ["No changing table", false],
    ]);
  });

  it("says on a line of the list who is let in, where not everybody is", () => {
    const line = (access: string) => rowFacts({ ...place, attributes: { ...place.attributes, access } }, en).map((f) => f.text);
    expect(line("customers")).toEqual(["Step-free", "Fee 1 CNY", "Customers only"]);
    expect(line("yes")).toEqual(["Step-free", "Fee 1 CNY"]);
  });

  it("labels what it knows and leaves the rest out", () => {
    expect(details(place, en)).toEqual([{ key: "operator", label: "Run by", value: "市城管局" }]);
  });

  it("names a place in the reader's language", () => {
    expect(placeName(place, "en", en)).toBe("Bayi Square toilet");
    expect(placeName(place, "zh-Hans", zh)).toBe("八一广场公厕");
    expect(placeName({ name: "", category: "toilet" }, "en", en)).toBe("Public toilet");
    expect(placeName({ name: "", category: "bubble_tea" }, "en", en)).toBe("Bubble tea");
  });

  it("names unknown categories", () => expect(categoryName("bubble_tea", zh)).toBe("Bubble tea"));

  it.each([
    ["+86 791 8678-1234", "+8679186781234"],
    ["0791-86781234; 13900000000", "079186781234"],
    ["(0791) 8678 1234", "079186781234"],
  ])("dials %s", (text, digits) => expect(telephone(text)).toBe(digits));
});
