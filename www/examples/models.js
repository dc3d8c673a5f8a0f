// Example 1: live objects. A model is built once and shared, and functions that take it as an
// argument say how it is hashed.

// #region setup
import * as tf from "@tensorflow/tfjs";
import { cacheResource, identity } from "keepsake";
import { miniMobileNet, miniResNet } from "./architectures.js";

function layerNames(model) {
  return model.layers.map((layer) => layer.name);
}
// #endregion

// #region baseModel
const loadBaseModel = cacheResource(
  function loadBaseModel(option) {
    return option === "mini-resnet" ? miniResNet() : miniMobileNet();
  },
  { onRelease: (model) => model.dispose() },
);

export function baseModel(option) {
  return loadBaseModel(option);
}
// #endregion

// #region layersByName
const layersByModelName = cacheResource(layerNames, {
  hashFuncs: [[tf.LayersModel, (model) => model.name]],
});

export function layersByName(option) {
  return layersByModelName(loadBaseModel(option));
}
// #endregion

// #region layersByIdentity
const layersByModel = cacheResource(layerNames, {
  hashFuncs: [[tf.LayersModel, identity]],
});

export function layersByIdentity(option) {
  return layersByModel(loadBaseModel(option));
}
// #endregion

// #region layersRefused
const layersOfAnything = cacheResource(layerNames);

export function layersRefused(option) {
  return layersOfAnything(loadBaseModel(option));
}
// #endregion

/** For the page: the cached functions behind each call. The last one gives its result. */
export const cached = {
  baseModel: [loadBaseModel],
  layersByName: [loadBaseModel, layersByModelName],
  layersByIdentity: [loadBaseModel, layersByModel],
  layersRefused: [loadBaseModel, layersOfAnything],
};

/** For the page: what to show of a result that is neither text nor rows. */
export const views = {
  baseModel: (model) => ({
    class: model.getClassName() === "Sequential" ? "tf.Sequential" : "tf.LayersModel",
    name: model.name,
    layers: model.layers.length,
    parameters: model.countParams(),
  }),
};
