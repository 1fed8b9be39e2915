// Which link opens the way in which map app on which device.

import type { LatLon, Mode, NavigationLink } from "../api/types";

export type Device = "ios" | "android" | "web";

/** The modes with a button, in the order of the buttons. */
export const modes = ["walk", "bicycle", "drive", "taxi"] as const satisfies readonly Mode[];
export type ButtonMode = (typeof modes)[number];

export type LinksByMode = Partial<Record<Mode, NavigationLink[]>>;

/** The device by its user agent. Inside WeChat, Alipay and the like only web links work. */
export function deviceOf(userAgent: string, touchPoints = 0): Device {
  if (/MicroMessenger|AlipayClient|baiduboxapp|Weibo/i.test(userAgent)) return "web";
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return "ios";
  if (/Android|HarmonyOS|OpenHarmony/.test(userAgent)) return "android";
  return "web";
}

/** Providers that have any link for this device, in the API's order. */
export function providersFor(links: LinksByMode, device: Device): string[] {
  const found = new Set<string>();
  for (const mode of modes) {
    for (const link of links[mode] ?? []) if (usable(link, device)) found.add(link.provider);
  }
  return [...found];
}

function usable(link: NavigationLink, device: Device): boolean {
  if (device === "ios" && link.url.startsWith("geo:")) return false; // iOS has never known the scheme
  return link.platform === device || link.platform === "web" || (link.platform === "any" && (device !== "web" || isWeb(link.url)));
}

export function isWeb(url: string): boolean {
  return /^https?:/i.test(url);
}

/** A provider's links for a mode; those that merely show the place only where nothing leads there, and never for a taxi. */
function leading(links: LinksByMode, provider: string, mode: Mode): NavigationLink[] {
  const all = (links[mode] ?? []).filter((l) => l.provider === provider);
  const real = all.filter((l) => l.mode === mode);
  return real.length > 0 || mode === "taxi" ? real : all;
}

/** The device's own app link first, then what works anywhere; null when the provider has none. */
export function linkFor(links: LinksByMode, provider: string, mode: Mode, device: Device): NavigationLink | null {
  const own = leading(links, provider, mode).filter((l) => usable(l, device));
  return own.find((l) => l.platform === device) ?? own.find((l) => l.platform === "any") ?? own[0] ?? null;
}

/** The web page that does the same, offered when an app did not open. */
export function webLinkFor(links: LinksByMode, provider: string, mode: Mode): NavigationLink | null {
  const own = leading(links, provider, mode).filter((l) => isWeb(l.url));
  return own.find((l) => l.platform === "web") ?? own[0] ?? null;
}

/** The remembered app where it serves this place, else Amap in the mainland, else what the device comes with. */
export function chooseProvider(available: string[], remembered: string | null, device: Device, at: LatLon): string {
  if (remembered && available.includes(remembered)) return remembered;
  const wanted = inMainland(at) ? ["amap", "baidu", "tencent"] : device === "ios" ? ["apple", "google"] : ["google", "apple"];
  return wanted.find((p) => available.includes(p)) ?? available[0] ?? "";
}

/** A rough outline: good enough to choose an app, nothing else hangs on it. */
export function inMainland({ lat, lon }: LatLon): boolean {
  if (lon < 73.5 || lon > 135.1 || lat < 18 || lat > 53.6) return false;
  const taiwan = lon > 119.3 && lat > 21.8 && lat < 25.4 && lon < 122.1;
  const hongKong = lon > 113.83 && lon < 114.45 && lat > 22.13 && lat < 22.51;
  const macau = lon > 113.52 && lon < 113.6 && lat > 22.1 && lat < 22.217;
  const korea = lon > 124.6 && lon < 131 && lat < 38;
  const south = lat < 20 && lon < 108;
  return !(taiwan || hongKong || macau || korea || south);
}
