// @ts-check
/** Which recipe of `keepsake/types` fits an object: by signs that its class gives, since the library is not here to ask. */

/** @type {[fits: (value: any) => unknown, recipe: string, library: string][]} */
const RECIPES = [
  [({ isLuxonDateTime }) => isLuxonDateTime, "luxonDateTime", "luxon"],
  [({ isLuxonDuration }) => isLuxonDuration, "luxonDuration", "luxon"],
  [({ isLuxonInterval }) => isLuxonInterval, "luxonInterval", "luxon"],
  [({ $L, $d }) => $L && $d, "dayjs as dayjsType", "dayjs"],
  [({ toStringTag, d }) => toStringTag === "[object Decimal]" && d !== undefined, "decimal", "Decimal"],
  [({ dataSync, dtype, shape, trainable }) => dataSync && dtype && shape && trainable === undefined, "tensor", "tf"],
  [({ schema, batches, numRows }) => schema && Array.isArray(batches) && numRows >= 0, "arrowTable", "arrow"],
];

/**
 * @param {unknown} value an object of a class that is not registered
 * @returns {string | undefined} the line that registers it
 */
export function recipeFor(value) {
  try {
    const [, recipe, library] = RECIPES.find(([fits]) => fits(value)) ?? [];
    return recipe && `registerType(${recipe.split(" ").at(-1)}(${library})), with ${recipe} from "keepsake/types"`;
  } catch {
    return undefined; // a getter or a proxy threw, or there is nothing to look at
  }
}
