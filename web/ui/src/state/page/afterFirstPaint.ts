/** Call back once the next frame, and with it the first that shows anything, is on the screen. */
export function afterFirstPaint(then: () => void): void {
  const shown = new PerformanceObserver((paints) => {
    if (!paints.getEntriesByName("first-contentful-paint").length) return;  // an empty page is painted too
    shown.disconnect();
    then();
  });
  requestAnimationFrame(() => setTimeout(() => shown.observe({ type: "paint", buffered: true })));
}
