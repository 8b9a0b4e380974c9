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
"$torch_python" manifest.py
