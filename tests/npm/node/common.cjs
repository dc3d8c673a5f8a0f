// A CommonJS file: it imports, and requires where Node can require ES modules.
const canRequire = process.features.require_module === true;

import("keepsake").then(async ({ cacheData }) => {
  const required = canRequire ? require("keepsake") : undefined;
  const isSame = canRequire ? required.cacheData === cacheData : true;
  console.log(JSON.stringify({ value: await cacheData((n) => 2 * n)(21), isSame }));
});
