// Made-up facilities around the cities of Jiangxi for developing the page without the backend.

/** @typedef {{id: string, lon: number, lat: number, properties: Record<string, any>}} Sample */

const cities = [
  ["南昌", 115.8582, 28.6829], ["九江", 115.9928, 29.712], ["赣州", 114.935, 25.8311], ["上饶", 117.9434, 28.4547],
  ["景德镇", 117.1784, 29.2689], ["萍乡", 113.8543, 27.6229], ["宜春", 114.4163, 27.8144], ["吉安", 114.9927, 27.1138],
  ["抚州", 116.3582, 27.9492], ["新余", 114.9174, 27.8179], ["鹰潭", 117.0692, 28.2602],
];
const kinds = ["toilet", "toilet", "toilet", "store", "store", "parcel_locker", "pharmacy", "charging_station"];
const streets = ["八一大道", "中山路", "阳明路", "北京西路", "洪都大道", "滨江路", "人民路", "建设路"];
const words = { toilet: "公共厕所", store: "便民超市", parcel_locker: "快递柜", pharmacy: "大药房", charging_station: "充电站" };
const hours = ["24/7", "06:00-22:00", "Mo-Fr 08:00-18:00; Sa,Su 09:00-17:00", "Mo-Su,PH 05:30-23:30", "", "", "02:00-04:00"];

/** A small repeatable generator (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @returns {Sample[]} */
export function facilities(count = 6000, seed = 7) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const all = [];
  for (let i = 0; i < count; i++) {
    const [city, lon, lat] = /** @type {[string, number, number]} */ (i % 3 === 0 ? cities[0] : pick(cities));
    const spread = 0.09 * Math.sqrt(-Math.log(1 - next() * 0.98)) * (0.2 + next());
    const turn = next() * 2 * Math.PI;
    const category = pick(kinds);
    const street = pick(streets);
    const number = 1 + Math.floor(next() * 300);
    const attributes = { wheelchair: pick(["yes", "yes", "no", "limited"]), fee: pick(["no", "no", "no", "yes"]), synthetic: "yes" };
    if (next() < 0.3) delete attributes.wheelchair;
    if (category === "toilet" && next() < 0.5) attributes.changing_table = pick(["yes", "no"]);
    if (attributes.fee === "yes") attributes.charge = "1 CNY";
    attributes.operator = `${city}市城市管理局`;
    const properties = {
      name: next() < 0.04 ? "" : `${street}${words[category]}`,
      category, address: `${city}市${street}${number}号`, phone: next() < 0.5 ? `0791-8${Math.floor(1e6 + next() * 8e6)}` : undefined,
      opening_hours: pick(hours) || undefined, attributes, dataset: "sample", version: 1,
      verified_at: next() < 0.7 ? "2026-10-12T08:00:00Z" : null,
    };
    all.push({ id: `s${i.toString(36)}`, lon: +(lon + spread * Math.cos(turn)).toFixed(7), lat: +(lat + spread * Math.sin(turn) * 0.88).toFixed(7), properties });
  }
  return all;
}

/** Open state now; only the daily span of the samples is understood. */
export function stateOf(hoursText, now = new Date()) {
  if (!hoursText) return { open: "unknown" };
  if (hoursText === "24/7") return { open: "open" };
  const m = /(\d\d):(\d\d)-(\d\d):(\d\d)/.exec(hoursText);
  if (!m) return { open: "unknown" };
  const local = new Date(now.getTime() + 8 * 3600e3);
  const minutes = local.getUTCHours() * 60 + local.getUTCMinutes();
  const [from, to] = [+m[1] * 60 + +m[2], +m[3] * 60 + +m[4]];
  const open = minutes >= from && minutes < to;
  const wait = open ? to - minutes : (from - minutes + 1440) % 1440;
  const change = new Date(Math.floor(local.getTime() / 60e3) * 60e3 + wait * 60e3).toISOString().replace(".000Z", "+08:00");
  return { open: open ? "open" : "closed", next_change: change };
}
