// Speaks as much of the public API as the page reads, from made-up facilities, and serves a built page. For
// development only: the end-to-end test runs against the real program.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { facilities, stateOf } from "./facilities.mjs";
import { layer } from "./tile.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const all = facilities();
const byId = new Map(all.map((f) => [f.id, f]));
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const categories = ["toilet", "store", "parcel_locker", "pharmacy", "charging_station"];

function metres(aLat, aLon, b) {
  const x = (b.lon - aLon) * 111_320 * Math.cos((aLat * Math.PI) / 180);
  const y = (b.lat - aLat) * 110_900;
  return { distance_m: Math.round(Math.hypot(x, y) * 10) / 10, bearing_deg: Math.round(((Math.atan2(x, y) * 180) / Math.PI + 360) % 360 * 10) / 10 };
}

function feature(f, extra = {}) {
  return { type: "Feature", id: f.id, geometry: { type: "Point", coordinates: [f.lon, f.lat] }, properties: { ...f.properties, ...stateOf(f.properties.opening_hours), ...extra } };
}

function nearby(q) {
  const [lat, lon] = [Number(q.get("lat")), Number(q.get("lon"))];
  const limit = Number(q.get("limit") ?? 20);
  const wanted = q.get("category")?.split(",");
  const step = q.get("wheelchair")?.split(",");
  let radius = Number(q.get("radius") ?? 1500);
  const found = all
    .filter((f) => !wanted || wanted.includes(f.properties.category))
    .filter((f) => !step || step.includes(f.properties.attributes.wheelchair ?? "unknown"))
    .map((f) => feature(f, metres(lat, lon, f)))
    .filter((f) => !q.has("open_at") || f.properties.open === "open" || (f.properties.open === "unknown" && q.get("include_unknown") !== "false"))
    .sort((a, b) => a.properties.distance_m - b.properties.distance_m);
  const within = () => found.filter((f) => f.properties.distance_m <= radius);
  while (q.get("expand") === "true" && within().length === 0 && radius < 50_000) radius = Math.min(radius * 2, 50_000);
  const from = Number(q.get("cursor") ?? 0);
  const list = within();
  return { type: "FeatureCollection", features: list.slice(from, from + limit), radius_used: radius, crs: "wgs84", as_of: new Date().toISOString(), next_cursor: from + limit < list.length ? String(from + limit) : undefined };
}

function navigation(f, q) {
  const mode = q.get("mode") ?? "walk";
  const name = encodeURIComponent(f.properties.name);
  const t = { drive: 0, transit: 1, walk: 2, bicycle: 3, taxi: 0 }[mode];
  const link = (provider, platform, url, crs = "gcj02") => ({ provider, platform, mode, url, crs });
  const [lat, lon] = [f.lat - 0.0033, f.lon + 0.0049]; // about what GCJ-02 shifts by in Nanchang
  const to = `${lon},${lat},${name}`;
  const links = mode === "taxi"
    ? [link("amap", "android", `amapuri://drive/takeTaxi?dlat=${lat}&dlon=${lon}&dname=${name}`)]
    : [
        link("amap", "web", `https://uri.amap.com/navigation?to=${to}&mode=${{ drive: "car", walk: "walk", bicycle: "ride", transit: "bus" }[mode]}&callnative=1`),
        link("amap", "android", `amapuri://route/plan/?dlat=${lat}&dlon=${lon}&dname=${name}&dev=0&t=${t}`),
        link("amap", "ios", `iosamap://path?dlat=${lat}&dlon=${lon}&dname=${name}&dev=0&t=${t}`),
        link("baidu", "android", `baidumap://map/direction?destination=${lat},${lon}&coord_type=gcj02`),
        link("google", "any", `https://www.google.com/maps/dir/?api=1&destination=${f.lat},${f.lon}`, "wgs84"),
        link("geo", "android", `geo:0,0?q=${f.lat},${f.lon}(${name})`, "wgs84"),
      ];
  const from = q.has("from_lat") ? metres(Number(q.get("from_lat")), Number(q.get("from_lon")), f).distance_m : undefined;
  return { links, distance: from === undefined ? undefined : { straight_m: from, source: "straight" } };
}

const divisions = [["360100", "南昌市", "Nanchang", 28.6829, 115.8582], ["360200", "景德镇市", "Jingdezhen", 29.2689, 117.1784], ["360400", "九江市", "Jiujiang", 29.712, 115.9928]];

function search(words) {
  const q = words.toLowerCase();
  const named = divisions.filter(([, zh, en]) => String(zh).includes(q) || String(en).toLowerCase().includes(q));
  const places = all.filter((f) => f.properties.name.includes(q) || f.properties.address.includes(q)).slice(0, 6);
  return {
    results: [
      ...named.map(([id, name, , lat, lon]) => ({ type: "division", id, name, lat, lon })),
      ...places.map((f) => ({ type: "facility", id: f.id, name: f.properties.name, category: f.properties.category, lat: f.lat, lon: f.lon, address: f.properties.address })),
    ],
  };
}

function tile(category, z, x, y) {
  const points = [];
  for (const f of all) {
    if (category !== "all" && f.properties.category !== category) continue;
    const px = ((f.lon + 180) / 360) * 2 ** z - x;
    const py = ((1 - Math.asinh(Math.tan((f.lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z - y;
    if (px < 0 || px >= 1 || py < 0 || py >= 1) continue;
    points.push({ x: Math.floor(px * 4096), y: Math.floor(py * 4096), properties: { id: f.id, name: f.properties.name, category: f.properties.category } });
  }
  if (z >= 12) return layer("facilities", points);
  const cells = new Map();
  for (const p of points) {
    const cell = `${p.x >> 9}/${p.y >> 9}`;
    const c = cells.get(cell) ?? { x: 0, y: 0, properties: { count: 0 } };
    c.x += p.x;
    c.y += p.y;
    c.properties.count++;
    cells.set(cell, c);
  }
  return layer("clusters", [...cells.values()].map((c) => ({ ...c, x: Math.round(c.x / c.properties.count), y: Math.round(c.y / c.properties.count) })));
}

function file(path, answer) {
  let name = join(dist, normalize(path));
  if (!name.startsWith(dist) || !extname(name)) name = join(dist, "index.html");
  if (!existsSync(name)) return problem(answer, 404, "not_found");
  answer.writeHead(200, { "Content-Type": types[extname(name)] ?? "application/octet-stream", "Content-Security-Policy": policy });
  createReadStream(name).pipe(answer);
}

function problem(answer, status, code) {
  answer.writeHead(status, { "Content-Type": "application/problem+json" });
  answer.end(JSON.stringify({ status, code, title: code, detail: code }));
}

function serve(request, answer) {
  const url = new URL(request.url ?? "/", "http://localhost");
  const path = decodeURIComponent(url.pathname);
  const json = (body) => {
    answer.writeHead(200, { "Content-Type": "application/json" });
    answer.end(JSON.stringify(body));
  };
  if (!path.startsWith("/v1/")) return file(path, answer);
  if (path === "/v1/settings") return json({ base_map: null, map_approval: null, default_position: [115.8582, 28.6829], categories });
  if (path === "/v1/search") return json(search(url.searchParams.get("q") ?? ""));
  if (path === "/v1/facilities/nearby") return json(nearby(url.searchParams));
  const t = /^\/v1\/tiles\/(\w+)\/(\d+)\/(\d+)\/(\d+)\.mvt$/.exec(path);
  if (t) {
    answer.writeHead(200, { "Content-Type": "application/vnd.mapbox-vector-tile" });
    return answer.end(tile(t[1], +t[2], +t[3], +t[4]));
  }
  const one = /^\/v1\/facilities\/([^/]+)(\/navigation)?$/.exec(path);
  const f = one && byId.get(one[1] ?? "");
  if (!f) return problem(answer, 404, "not_found");
  return json(one[2] ? navigation(f, url.searchParams) : feature(f));
}

/** @returns {Promise<{url: string, close: () => void}>} */
export function start(port = 0) {
  const server = createServer(serve);
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      const at = /** @type {import("node:net").AddressInfo} */ (server.address());
      resolve({ url: `http://localhost:${at.port}`, close: () => server.close() });
    });
  });
}
