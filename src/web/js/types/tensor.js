// @ts-check
/** Tensors of TensorFlow.js: type of the numbers, shape, and the numbers themselves. */

/** @type {typeof import("../../../../types/types.js").tensor} */
export const tensor = (tf) => ({
  type: tf.Tensor,
  tag: "tf.Tensor",
  version: 1,
  encode(value) {
    const { dtype, shape, isDisposed, dataId } = value;
    if (isDisposed) throw new TypeError("A tensor that is disposed of has no content.");
    // Texts as their bytes: `dataSync` makes the same of all that are no UTF-8.
    const data = dtype === "string" ? tf.engine().readSync(dataId) : value.dataSync();
    return { dtype, shape: [...shape], data };
  },
  decode({ dtype, shape, data }) {
    if (dtype !== "complex64") return tf.tensor(data, shape, dtype);
    const part = (/** @type {number} */ first) => data.filter((/** @type {number} */ _, /** @type {number} */ at) => at % 2 === first);
    return tf.tidy(() => tf.complex(tf.tensor(part(0), shape, "float32"), tf.tensor(part(1), shape, "float32")));
  },
});
