/**
 * First paint: calls `then` once the page has painted its first content and the next frame is on the screen. It observes the browser's
 * "first-contentful-paint" entry.
 */
export function afterFirstPaint(then: () => void): void {
  const observer = new PerformanceObserver((paints) => {
    if (!paints.getEntriesByName("first-contentful-paint").length) return;  // the paint of an empty page comes first
    observer.disconnect();
    then();
  });
  requestAnimationFrame(() => setTimeout(() => observer.observe({ type: "paint", buffered: true })));
}
