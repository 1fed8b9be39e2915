// Images of the map, drawn on a canvas: no sprite is fetched.

import type { Map as MapLibre } from "maplibre-gl";
import type { Palette } from "./style";

const ratio = 2;

function draw(width: number, height: number, paint: (c: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const c = canvas.getContext("2d");
  if (!c) return new ImageData(1, 1);
  c.scale(ratio, ratio);
  paint(c);
  return c.getImageData(0, 0, canvas.width, canvas.height);
}

/** A label with round ends that stretches around its words. */
function pill(fill: string, edge: string): ImageData {
  return draw(28, 24, (c) => {
    c.beginPath();
    c.roundRect(1.5, 1.5, 25, 21, 10.5);
    c.fillStyle = fill;
    c.fill();
    c.lineWidth = 2;
    c.strokeStyle = edge;
    c.stroke();
  });
}

function pin(fill: string, edge: string, point: string): ImageData {
  return draw(40, 50, (c) => {
    c.beginPath();
    c.moveTo(20, 48);
    c.bezierCurveTo(12, 38, 4, 30, 4, 19);
    c.arc(20, 19, 16, Math.PI, 0);
    c.bezierCurveTo(36, 30, 28, 38, 20, 48);
    c.closePath();
    c.fillStyle = fill;
    c.fill();
    c.lineWidth = 2.5;
    c.strokeStyle = edge;
    c.stroke();
    c.beginPath();
    c.arc(20, 19, 6, 0, 2 * Math.PI);
    c.fillStyle = point;
    c.fill();
  });
}

export function addDrawings(map: MapLibre, c: Palette): void {
  const stretch = {
    pixelRatio: ratio,
    stretchX: [[12 * ratio, 16 * ratio]] as [number, number][],
    stretchY: [[11 * ratio, 13 * ratio]] as [number, number][],
    content: [7 * ratio, 4 * ratio, 21 * ratio, 20 * ratio] as [number, number, number, number],
  };
  const images: [string, ImageData, object][] = [
    ["pill", pill(c.accent, c.paper), stretch],
    ["pill-muted", pill(c.muted, c.paper), stretch],
    ["pin", pin(c.accent, c.paper, c.mark), { pixelRatio: ratio }],
  ];
  for (const [name, image, options] of images) if (!map.hasImage(name)) map.addImage(name, image, options);
}
