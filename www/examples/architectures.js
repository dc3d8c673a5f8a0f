// Two networks, small enough to be built while you wait. Nothing is downloaded: the weights are random, the layers are real.
import * as tf from "@tensorflow/tfjs";

// Building a model needs no GPU, and this way it takes the same path on every machine.
await tf.setBackend("cpu");

/** A functional model (`tf.model`): convolutions with two residual connections. */
export function miniResNet() {
  const convolution = (name, filters) =>
    tf.layers.conv2d({ name, filters, kernelSize: 3, padding: "same", activation: "relu" });

  const image = tf.input({ name: "image", shape: [64, 64, 3] });
  const stem = convolution("stem", 48).apply(image);

  const first = convolution("block1_conv2", 48).apply(convolution("block1_conv1", 48).apply(stem));
  const sum = tf.layers.add({ name: "block1_add" }).apply([stem, first]);

  const second = convolution("block2_conv2", 48).apply(convolution("block2_conv1", 48).apply(sum));
  const features = tf.layers.add({ name: "block2_add" }).apply([sum, second]);

  const pooled = tf.layers.globalAveragePooling2d({ name: "pool" }).apply(features);
  return tf.model({ name: "mini-resnet", inputs: image, outputs: pooled });
}

/** A sequential model (`tf.sequential`): depthwise separable convolutions, one after the other. */
export function miniMobileNet() {
  const model = tf.sequential({ name: "mini-mobilenet" });
  model.add(
    tf.layers.conv2d({ name: "stem", inputShape: [64, 64, 3], filters: 32, kernelSize: 3, strides: 2 }),
  );
  for (const [block, filters] of [64, 128, 128, 256].entries()) {
    const name = `separable${block + 1}`;
    model.add(tf.layers.separableConv2d({ name, filters, kernelSize: 3, padding: "same", activation: "relu" }));
  }
  model.add(tf.layers.globalAveragePooling2d({ name: "pool" }));
  return model;
}
