import { describe, expect, it } from "vitest";
import type { Mode, NavigationLink } from "../api/types";
import { chooseProvider, deviceOf, inMainland, linkFor, type LinksByMode, providersFor, webLinkFor } from "./links";

const link = (provider: string, platform: NavigationLink["platform"], url: string, mode?: Mode): NavigationLink => ({
  provider,
  platform,
  url,
  crs: "gcj02",
  ...(mode ? { mode } : {}),
});

const links: LinksByMode = {
  walk: [
    link("amap", "web", "https://uri.amap.com/navigation?mode=walk", "walk"),
    link("amap", "web", "https://uri.amap.com/marker?position=1,2"),
    link("amap", "android", "amapuri://route/plan/?t=2", "walk"),
    link("amap", "ios", "iosamap://path?t=2", "walk"),
    link("apple", "ios", "https://maps.apple.com/directions?mode=walking", "walk"),
    link("geo", "any", "geo:28.68,115.85"),
    link("google", "any", "https://www.google.com/maps/dir/?api=1", "walk"),
  ],
  bicycle: [link("amap", "web", "https://uri.amap.com/marker?position=1,2")],
  taxi: [link("amap", "web", "https://uri.amap.com/marker?position=1,2"), link("didi", "android", "OneTravel://dache", "taxi")],
};

describe("device", () => {
  it.each([
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X)", 5, "ios"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5, "ios"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0, "web"],
    ["Mozilla/5.0 (Linux; Android 15; Pixel 9)", 5, "android"],
    ["Mozilla/5.0 (Phone; OpenHarmony 5.0)", 5, "android"],
    ["Mozilla/5.0 (Linux; Android 15) MicroMessenger/8.0", 5, "web"],
    ["Mozilla/5.0 (X11; Linux x86_64)", 0, "web"],
  ] as const)("%s", (agent, touch, device) => expect(deviceOf(agent, touch)).toBe(device));
});

describe("links", () => {
  it("prefers the device's own app and falls back to the web", () => {
    expect(linkFor(links, "amap", "walk", "android")?.url).toMatch(/^amapuri:/);
    expect(linkFor(links, "amap", "walk", "ios")?.url).toMatch(/^iosamap:/);
    expect(linkFor(links, "amap", "walk", "web")?.url).toMatch(/navigation/);
    // Showing the place is better than nothing on a bicycle, but it is no taxi.
    expect(linkFor(links, "amap", "bicycle", "web")?.url).toMatch(/marker/);
    expect(linkFor(links, "google", "walk", "ios")?.url).toMatch(/^https:/);
    expect(linkFor(links, "amap", "taxi", "web")).toBeNull();
    expect(webLinkFor(links, "amap", "walk")?.url).toMatch(/^https:/);
    expect(webLinkFor(links, "didi", "taxi")).toBeNull();
  });

  it("offers only what works on the device", () => {
    expect(providersFor(links, "web")).toEqual(["amap", "google"]);
    expect(providersFor(links, "ios")).toEqual(["amap", "apple", "google"]);
    expect(providersFor(links, "android")).toEqual(["amap", "geo", "google", "didi"]);
  });

  it("chooses Amap in the mainland, the device's own elsewhere, and remembers", () => {
    const nanchang = { lat: 28.68, lon: 115.86 };
    const amsterdam = { lat: 52.37, lon: 4.9 };
    const all = ["google", "apple", "amap"];
    expect(chooseProvider(all, null, "ios", nanchang)).toBe("amap");
    expect(chooseProvider(all, null, "ios", amsterdam)).toBe("apple");
    expect(chooseProvider(all, null, "android", amsterdam)).toBe("google");
    expect(chooseProvider(all, "google", "ios", nanchang)).toBe("google");
    expect(chooseProvider(["osmand"], "google", "ios", nanchang)).toBe("osmand");
    expect(chooseProvider([], null, "ios", nanchang)).toBe("");
  });

  it.each([
    ["Nanchang", 28.68, 115.86, true],
    ["Shenzhen", 22.54, 114.06, true],
    ["Hong Kong", 22.3, 114.17, false],
    ["Macau", 22.19, 113.55, false],
    ["Zhuhai", 22.27, 113.57, true],
    ["Taipei", 25.03, 121.56, false],
    ["Seoul", 37.57, 126.98, false],
    ["Xiamen", 24.48, 118.09, true],
  ] as const)("%s", (_, lat, lon, inside) => expect(inMainland({ lat, lon })).toBe(inside));
});
