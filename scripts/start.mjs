/** `npm start`: builds what is missing and serves the gallery until Ctrl-C. */
import { build } from "./build.mjs";
import { runAsScript, say } from "./process.mjs";
import { serve } from "./serve.mjs";

await runAsScript(import.meta.url, async () => {
  await build();
  const server = await serve();
  say(`The gallery is at ${server.url} (Ctrl-C ends it).`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
});
