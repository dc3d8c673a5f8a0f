// Example 3: arrays are found again by what is in them, not by which array it is.

// #region setup
import { cacheData } from "keepsake";

const table = [
  { num: 112, str: "be" },
  { num: 112, str: "a" },
  { num: 2, str: "be" },
  { num: 3, str: "c" },
];

// Stands in for real work: it does nothing but wait.
const twoSeconds = () => new Promise((resolve) => setTimeout(resolve, 2000));
// #endregion

// #region plainArray
const showArray = cacheData(async function showArray(data) {
  await twoSeconds();
  return data;
});

export function plainArray() {
  const data = [...new Set(table.map((row) => row.str))];
  return showArray(data);
}
// #endregion

// #region typedArray
const showNumbers = cacheData(async function showNumbers(data) {
  await twoSeconds();
  return data;
});

export function typedArray() {
  const data = Float64Array.from(table, (row) => row.num);
  return showNumbers(data);
}
// #endregion

// #region typedArrayAsText
const showByText = cacheData(
  async function showByText(data) {
    await twoSeconds();
    return data;
  },
  { hashFuncs: [[Float64Array, String]] },
);

export function typedArrayAsText() {
  const data = Float64Array.from(table, (row) => row.num);
  return showByText(data);
}
// #endregion

// #region twoCallers
const showOnce = cacheData(async function showOnce(data) {
  await twoSeconds();
  return data;
});

export function twoCallers() {
  const column = () => table.map((row) => row.num);
  return Promise.all([showOnce(column()), showOnce(column())]);
}
// #endregion

/** For the page: the cached functions behind each call. The last one gives its result. */
export const cached = {
  plainArray: [showArray],
  typedArray: [showNumbers],
  typedArrayAsText: [showByText],
  twoCallers: [showOnce],
};
