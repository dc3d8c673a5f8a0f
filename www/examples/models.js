import * as tf from "@tensorflow/tfjs";
import { cacheResource } from "keepsake";
import * as st from "keepsake/elements";
import { miniMobileNet, miniResNet } from "./architectures.js";

export const loadBaseModel = cacheResource(
  function loadBaseModel(option) {
    return option === 1 ? miniResNet() : miniMobileNet();
  },
  { onRelease: (model) => model.dispose() },
);

// What identifies a model: its name. `identity` would do as well.
export const loadLayers = cacheResource(
  function loadLayers(baseModel) {
    return baseModel.layers.map((layer) => layer.name);
  },
  { hashFuncs: [[tf.LayersModel, (model) => model.name]] },
);

export const app = st.run(document.querySelector("#models .app"), (st) => {
  const option = st.radio("Model 1 or 2", [1, 2]);

  const baseModel = loadBaseModel(option);
  const layers = loadLayers(baseModel);
  st.write(layers);
});
