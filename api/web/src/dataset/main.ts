// Puts a live map in the place of the drawing on the page of a dataset, when it comes into view. The page is the
// server's and works without it: where a script, WebGL or the network is missing, the drawing stays.

const figure = document.querySelector<HTMLElement>("figure[data-dataset]");
if (figure) {
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      watch.disconnect();
      void import("./live-map").then(({ showMap }) => showMap(figure)).catch(() => {});
    },
    { rootMargin: "200px" },
  );
  watch.observe(figure);
}

export {};
