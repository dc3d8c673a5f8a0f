// How many HTTP requests this page load made for one file, as the browser itself counted them.

/** Keeps the text of `place` at the number of requests for its `data-requests-for`. */
export function countRequests(place) {
  const file = place.dataset.requestsFor;
  let count = 0;
  const draw = () => {
    place.dataset.count = count;
    place.textContent = `${count === 0 ? "No request" : count === 1 ? "1 request" : `${count} requests`} for ${file} since this page was loaded.`;
  };
  new PerformanceObserver((list) => {
    count += list.getEntries().filter((entry) => new URL(entry.name).pathname.endsWith(`/${file}`)).length;
    draw();
  }).observe({ type: "resource", buffered: true });
  draw();
}
