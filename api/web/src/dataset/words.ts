// The words of the live map, in the two languages of the page that holds it.

export interface Words {
  /** The name of the map to those who hear it. */
  map: string;
  closer: string;
  farther: string;
  nameless: string;
  twoFingers: string;
  withKey: (key: string) => string;
  /** How many places are to be seen one by one, and how many more stand in groups. */
  inView: (places: number, more: number) => string;
}

const zh: Words = {
  map: "地图：方向键移动，加减号缩放，回车选中最靠近中心的设施；视野内的设施列在下面。",
  closer: "放大",
  farther: "缩小",
  nameless: "（无名称）",
  twoFingers: "用两根手指移动地图",
  withKey: (key) => `按住 ${key} 滚动以缩放地图`,
  inView: (places, more) => {
    if (more > 0) return `视野内有 ${places + more} 处设施；放大后可逐个查看。`;
    return places === 0 ? "视野内没有设施。" : `视野内有 ${places} 处设施，离中心最近的是：`;
  },
};

const en: Words = {
  map: "Map: arrow keys move it, plus and minus zoom, Enter chooses the place nearest to the middle; the places in view are listed below.",
  closer: "Zoom in",
  farther: "Zoom out",
  nameless: "(without a name)",
  twoFingers: "Use two fingers to move the map",
  withKey: (key) => `Use ${key} + scroll to zoom the map`,
  inView: (places, more) => {
    if (more > 0) return `${places + more} places in view; zoom in to see them one by one.`;
    return places === 0 ? "No place is in view." : `${places} ${places === 1 ? "place" : "places"} in view, nearest to the middle:`;
  },
};

export function wordsOf(language: string): Words {
  return language.startsWith("zh") ? zh : en;
}
