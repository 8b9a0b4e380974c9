import type { Graph, ValueInfo } from '../graph.js';
import type { NodeSpec } from '../spec.js';
import { bidirectionalLayer } from './bidirectional.js';
import { denseLayer } from './dense.js';
import { embeddingLayer } from './embedding.js';
import type { BuildContext, Layer } from './layer.js';
import { maskingLayer } from './masking.js';
import { mergeLayer } from './merge.js';
import { activationLayer, dropoutLayer, layerNormLayer, softmaxLayer } from './pointwise.js';
import { recurrentLayer } from './recurrent.js';

/** Packs one node's weights. */
export function makeLayer(node: NodeSpec, graph: Graph, context: BuildContext): Layer {
  const features = (name: string | undefined): number => (graph.values.get(name as string) as ValueInfo).features;
  const inputs = features(node.inputs[0]);
  switch (node.type) {
    case 'lstm':
    case 'gru':
    case 'rnn':
      return recurrentLayer(node, inputs, context);
    case 'bidirectional':
      return bidirectionalLayer(node, inputs, context);
    case 'dense':
      return denseLayer(node, inputs, context);
    case 'embedding':
      return embeddingLayer(node, features(graph.outputsOf(node)[0]), context);
    case 'masking':
      return maskingLayer(node, context);
    case 'layer_norm':
      return layerNormLayer(node, context);
    case 'activation':
      return activationLayer(node, context);
    case 'softmax':
      return softmaxLayer(node, context);
    case 'add':
    case 'multiply':
    case 'concatenate':
      return mergeLayer(node, context);
    case 'dropout':
      return dropoutLayer(node);
  }
}
