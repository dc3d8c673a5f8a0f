// Functions of the server whose results depend on who asks, and whose arguments do not say so: one user's must never be
// another's.
import { cacheData, cacheResource } from "keepsake";
import { cookies } from "next/headers";

const user = async () => (await cookies()).get("user")?.value ?? "nobody";

let waiting = [];
let runs = 0;

/** Settles when so many are inside at once. */
const together = (count) =>
  new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length < count) return;
    for (const go of waiting) go();
    waiting = [];
  });

export const inbox = cacheData(
  async (readers) => {
    runs += 1;
    const owner = await user();
    await together(readers);
    return `inbox of ${owner}, read in run ${runs}`;
  },
  { name: "inbox" },
);

export const session = cacheResource(async () => ({ title: `session of ${await user()}` }));
