// @ts-check
/** `keepsake/types`: for classes of well-known libraries, what `registerType` takes. The library is the caller's own. */
export { arrowTable } from "./arrow.js";
export { dayjs } from "./dayjs.js";
export { decimal } from "./decimal.js";
export { luxonDateTime, luxonDuration, luxonInterval } from "./luxon.js";
export { tensor } from "./tensor.js";
