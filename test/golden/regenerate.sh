#!/usr/bin/env bash
# Writes all golden vectors again; see README.md for what the two interpreters must have.
set -euo pipefail
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1
torch_python=${GATEWISE_TORCH_PYTHON:-python3}
keras_python=${GATEWISE_KERAS_PYTHON:-python3}

"$torch_python" generate_pytorch.py
"$torch_python" generate_pytorch_files.py
"$keras_python" generate_keras.py
"$keras_python" generate_tensorflow.py
"$keras_python" generate_onnxruntime.py
"$torch_python" generate_pytorch_plane_files.py
"$torch_python" generate_nam_files.py
"${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" generate_rnnoise_files.py torch
"$keras_python" generate_rnnoise_files.py keras
"$torch_python" generate_onnx_exports.py
"$torch_python" generate_rtneural_files.py torch
"$keras_python" generate_rtneural_files.py keras
"$keras_python" generate_keras_files.py keras3
"$keras_python" generate_keras_files.py keras2
"$keras_python" generate_keras_old_files.py
"$keras_python" generate_keras_option_files.py keras3
"$keras_python" generate_keras_option_files.py keras2
"$keras_python" generate_keras_mask_files.py keras3
"$keras_python" generate_keras_mask_files.py keras2
"$keras_python" generate_keras_attention_files.py keras3
"$keras_python" generate_keras_attention_files.py keras2
# Keras 3.9, which writes masks into the calls and means a Softmax of nothing otherwise.
if [ -n "${GATEWISE_KERAS_3_9:-}" ]; then "$GATEWISE_KERAS_3_9" generate_keras_attention_files.py keras3 keras3.9-attention; fi
"$keras_python" generate_keras_attention_drawn.py keras3
if [ -n "${GATEWISE_KERAS_3_9:-}" ]; then "$GATEWISE_KERAS_3_9" generate_keras_attention_drawn.py keras3 keras3.9-attention-drawn 24; fi
"$keras_python" generate_keras_operation_files.py keras3
"$keras_python" generate_keras_operation_files.py keras2
"$keras_python" generate_keras_seq2seq_files.py
for version in keras3 keras2; do "$keras_python" generate_keras_weight_files.py $version; done
"$keras_python" generate_keras_plane_files.py keras3
for version in keras3 keras2; do "$keras_python" generate_keras_volume_files.py $version; done
# With jax beside what the others need.
KERAS_BACKEND=jax "$keras_python" generate_keras_first_files.py keras3
"$keras_python" generate_keras_npz_files.py
"$keras_python" generate_keras_npz_files.py keras2
# Other backends, other versions of Keras or NumPy: interpreters that have them (with KERAS_BACKEND set where they need it).
for python in ${GATEWISE_KERAS_OTHERS:-}; do "$python" generate_keras_npz_files.py; done
# TensorFlow 2.12 to 2.14, one interpreter each.
for python in ${GATEWISE_KERAS_TREES:-}; do "$python" generate_keras_tree_files.py; done
# Many versions of Keras, one interpreter each, as "python=flavour": keras, tf.keras or tf_keras (with KERAS_BACKEND and
# PYTHONPATH set where it needs them). GATEWISE_VERSIONS_FOLDER keeps what each run gave, from one call to the next.
if [ -n "${GATEWISE_KERAS_VERSIONS:-}" ]; then
  batteries=${GATEWISE_VERSIONS_FOLDER:-$(mktemp -d)}
  for one in $GATEWISE_KERAS_VERSIONS; do "${one%%=*}" generate_keras_version_files.py run "${one##*=}" "$batteries"; done
  "$keras_python" generate_keras_version_files.py keep "$batteries"
fi
# With pyctcdecode and pygtrie beside Keras.
"$keras_python" generate_decode.py
"$keras_python" generate_tensorflow_files.py
"$keras_python" generate_saved_model_files.py
# TensorFlow 1.0 and 0.12 (Python 3.6), which name variables otherwise: one interpreter each.
for python in ${GATEWISE_TENSORFLOW_FIRST:-}; do "$python" generate_tensorflow_names_files.py; done
# TensorFlow 1.15, which still has tf.contrib.
if [ -n "${GATEWISE_TENSORFLOW_CONTRIB:-}" ]; then "$GATEWISE_TENSORFLOW_CONTRIB" generate_tensorflow_norm_files.py; fi
for what in keras3 keras2 modules frozen; do "$keras_python" generate_tfgraph_files.py $what; done
# TensorFlow 1.15 and 2.4, one interpreter each.
for python in ${GATEWISE_TENSORFLOW_OLD:-}; do "$python" generate_tfgraph_old_files.py; done
# With ai-edge-litert beside tensorflow and tf_keras.
"${GATEWISE_LITERT_PYTHON:-$keras_python}" generate_tflite_files.py keras3
"${GATEWISE_LITERT_PYTHON:-$keras_python}" generate_tflite_files.py keras2
"${GATEWISE_LITERT_PYTHON:-$keras_python}" generate_tflite_variables.py
fused=$(mktemp -d)
(cd ../.. && FUSED_FOLDER=$fused npx vitest run test/importers/tflite/fused.test.ts)
"${GATEWISE_LITERT_PYTHON:-$keras_python}" generate_tflite_fused.py "$fused"
"$keras_python" generate_onnx_files.py
"$keras_python" generate_onnx_keras.py keras3
"$keras_python" generate_onnx_keras.py keras2
# A PyTorch of today, whose exporters write otherwise than the one above; with onnx, onnxscript and onnxruntime.
"${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" generate_onnx_torch.py
"${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" generate_rtneural_files.py guitarml
"$keras_python" generate_onnx_graphs.py
"$keras_python" generate_onnx_quantised.py
for what in time_first lengths states around shipped strict nodes planes over_time stateful crnn attention attention_torch loops; do "${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" "generate_onnx_$what.py"; done
for what in pytorch_state_files pytorch_image_files decode_reader; do "${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" "generate_$what.py"; done
# With pytorch_lightning beside torch.
"${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" generate_pytorch_wrapped_files.py
for python in "${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" ${GATEWISE_OLD_TORCH_PYTHON:-}; do "$python" generate_pytorch_quantised_files.py; done
# PyTorch 1.2 and 1.3 too (GATEWISE_FIRST_TORCH_PYTHONS).
for python in "${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" ${GATEWISE_OLD_TORCH_PYTHON:-} ${GATEWISE_FIRST_TORCH_PYTHONS:-}; do "$python" generate_pytorch_script_files.py; done
# A current torch with minGRU-pytorch and sru beside it, and what compiles C++.
if [ -n "${GATEWISE_SCAN_PYTHON:-}" ]; then "$GATEWISE_SCAN_PYTHON" generate_pytorch_scan.py; fi
# A current torch with ncps, xlstm and edgeml-pytorch beside it.
if [ -n "${GATEWISE_PACKAGES_PYTHON:-}" ]; then "$GATEWISE_PACKAGES_PYTHON" generate_pytorch_packages.py; fi
# Any PyTorch from 2.1 on, one interpreter each.
for python in "${GATEWISE_NEW_TORCH_PYTHON:-$torch_python}" ${GATEWISE_TORCH_2_PYTHONS:-}; do "$python" generate_pytorch_export_files.py; done
# A PyTorch before 2 (with onnx, onnxruntime and a NumPy before 2): the older exporter, NumPy's older names in pickles. Writes *-old.
if [ -n "${GATEWISE_OLD_TORCH_PYTHON:-}" ]; then
  for what in onnx_time_first onnx_lengths onnx_states pytorch_state_files; do "$GATEWISE_OLD_TORCH_PYTHON" "generate_$what.py"; done
fi
# TensorFlow.js is no dependency: TFJS is a folder in which `npm i @tensorflow/tfjs` was run.
if [ -n "${TFJS:-}" ]; then node generate_tfjs_files.mjs; fi
# The converter has needs of its own: TFJS_CONVERTER is a folder with tensorflowjs and tensorflow_hub (pip install --no-deps --target).
if [ -n "${TFJS_CONVERTER:-}" ]; then
  for what in tfjs_converter tensorflow_manifest; do PYTHONPATH=$TFJS_CONVERTER "$keras_python" "generate_${what}_files.py"; done
fi
"$torch_python" manifest.py
