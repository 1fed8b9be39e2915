import { describe, expect, it } from "vitest";
import { graticule, lonLatOf, rings, scaleBar } from "./geometry";
import { fromGcj02, toGcj02 } from "./shift";

describe("geometry", () => {
  it("stands for lines and areas by the middle of their box", () => {
    expect(lonLatOf({ type: "Point", coordinates: [1, 2] })).toEqual([1, 2]);
    expect(lonLatOf({ type: "LineString", coordinates: [[0, 0], [4, 2]] })).toEqual([2, 1]);
    const square = { type: "MultiPolygon" as const, coordinates: [[[[0, 0], [2, 0], [2, 4], [0, 4], [0, 0]]]] };
    expect(lonLatOf(square)).toEqual([1, 2]);
    expect(lonLatOf({ type: "GeometryCollection", geometries: [square, { type: "Point", coordinates: [4, 4] }] })).toEqual([2, 2]);
    expect(lonLatOf({ type: "GeometryCollection", geometries: [] })).toEqual([0, 0]);
  });

  it("draws the searched radius and a few round ones within it", () => {
    const drawn = rings([115.86, 28.68], 1500, (m) => `${m} m`);
    const labels = drawn.features.filter((f) => f.geometry.type === "Point").map((f) => f.properties?.label);
    expect([...new Set(labels)]).toEqual(["250 m", "500 m", "1000 m", "1500 m"]);
    expect(drawn.features.filter((f) => f.properties?.edge)).toHaveLength(1);
  });

  it("crosses a box with at least four meridians", () => {
    for (const width of [0.002, 0.07, 1.3, 40, 300]) {
      const lines = graticule(100, 20, 100 + width, 20 + width / 2).features;
      expect(lines.length, String(width)).toBeGreaterThanOrEqual(6);
      expect(lines.length, String(width)).toBeLessThan(60);
    }
  });

  it("has a scale bar of a round length", () => {
    for (let zoom = 2; zoom < 20; zoom += 0.7) {
      const { metres, pixels } = scaleBar(28.68, zoom, 96);
      expect(pixels).toBeLessThanOrEqual(96);
      expect(pixels).toBeGreaterThan(96 / 2.6);
      expect(String(metres)).toMatch(/^(0\.)?[125]0*$/);
    }
  });
});

describe("GCJ-02", () => {
  // From the published table of 664 Chinese cities, degrees.
  it.each([
    ["深圳市", [114.0527534, 22.5458236], [114.0578659, 22.5431014]],
    ["拉萨市", [91.1706414, 29.655277], [91.1721167, 29.6524954]],
    ["南昌市", [115.8532883, 28.6862124], [115.8582048, 28.6828963]],
    ["哈尔滨市", [126.528903, 45.8017783], [126.5349726, 45.8037804]],
  ] as [string, [number, number], [number, number]][])("shifts %s", (_, wgs84, gcj02) => {
    // The provider that made the table is within a metre of the published polynomial.
    const [lon, lat] = toGcj02(wgs84);
    expect(Math.hypot(lon - gcj02[0], lat - gcj02[1])).toBeLessThan(1e-5);
    const back = fromGcj02([lon, lat]);
    expect(Math.hypot(back[0] - wgs84[0], back[1] - wgs84[1])).toBeLessThan(1e-9);
  });

  it("leaves the world outside the mainland alone", () => {
    for (const at of [[114.17, 22.3], [121.56, 25.03], [126.98, 37.57], [4.9, 52.37]] as [number, number][]) expect(toGcj02(at)).toEqual(at);
  });
});
