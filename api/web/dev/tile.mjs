// The smallest Mapbox Vector Tile writer that the fixture server needs: points with string and number properties.

function varint(n) {
  const bytes = [];
  while (n > 127) {
    bytes.push((n % 128) | 128);
    n = Math.floor(n / 128);
  }
  bytes.push(n);
  return Buffer.from(bytes);
}
const key = (field, type) => varint(field * 8 + type);
const bytes = (field, data) => Buffer.concat([key(field, 2), varint(data.length), data]);
const text = (field, s) => bytes(field, Buffer.from(s));
const zigzag = (n) => (n < 0 ? -n * 2 - 1 : n * 2);

/**
 * @param {string} name
 * @param {{x: number, y: number, properties: Record<string, string | number>}[]} points in 4096ths of the tile
 */
export function layer(name, points) {
  const keys = [];
  const values = [];
  const index = new Map();
  const features = points.map((p) => {
    const tags = [];
    for (const [k, v] of Object.entries(p.properties)) {
      if (!keys.includes(k)) keys.push(k);
      const id = typeof v + v;
      if (!index.has(id)) {
        index.set(id, values.length);
        values.push(typeof v === "number" ? Buffer.concat([key(5, 0), varint(v)]) : text(1, v));
      }
      tags.push(varint(keys.indexOf(k)), varint(index.get(id)));
    }
    const geometry = Buffer.concat([varint(9), varint(zigzag(p.x)), varint(zigzag(p.y))]);
    return bytes(2, Buffer.concat([bytes(2, Buffer.concat(tags)), key(3, 0), varint(1), bytes(4, geometry)]));
  });
  const head = [Buffer.concat([key(15, 0), varint(2)]), text(1, name)];
  return bytes(3, Buffer.concat([...head, ...features, ...keys.map((k) => text(3, k)), ...values.map((v) => bytes(4, v)), Buffer.concat([key(5, 0), varint(4096)])]));
}
