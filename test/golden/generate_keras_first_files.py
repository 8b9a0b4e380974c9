"""Small files of Keras 3 whose layers have their channels first, computed by the JAX backend: TensorFlow has no such convolutions on a CPU.

    KERAS_BACKEND=jax python generate_keras_first_files.py keras3

`keras3-first.bin` and its index are written as those of generate_keras_plane_files.py.
"""
import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

from generate_keras_plane_files import case, write
from generate_keras_volume_files import L, TIME, each, keras, one


def options():
    first = {"data_format": "channels_first"}
    one("first_conv2d", L.Conv2D(4, (3, 2), activation="relu", **first), L.BatchNormalization(axis=1), L.MaxPooling2D(2, **first), L.Conv2D(3, 2, padding="same", strides=2, **first), shape=(2, 8, 7))
    one("first_flatten", L.DepthwiseConv2D(2, **first), L.Flatten(**first), L.Dense(3), shape=(2, 4, 5))
    one("first_separable", L.SeparableConv2D(3, 2, **first), L.AveragePooling2D((2, 1), **first), L.UpSampling2D((1, 2), **first), L.ZeroPadding2D((1, 0), **first), L.Cropping2D((0, 1), **first), shape=(2, 6, 5))
    one("first_transposed", L.Conv2DTranspose(3, 2, strides=2, **first), L.SpatialDropout2D(0.2, **first), L.GlobalAveragePooling2D(**first), shape=(2, 4, 3))
    one("first_global", L.Conv2D(3, 2, **first), L.GlobalMaxPooling2D(**first), shape=(2, 4, 3))
    one("first_conv1d", L.Conv1D(4, 3, padding="causal", **first), L.BatchNormalization(axis=1), L.MaxPooling1D(2, **first), L.Conv1D(2, 2, **first), L.GlobalAveragePooling1D(**first), shape=(3, 9))
    one("first_conv1d_lstm", L.Permute((2, 1)), L.Conv1D(4, 3, **first), L.SeparableConv1D(3, 2, **first), L.Permute((2, 1)), L.LSTM(3), shape=(9, 3))
    one("first_images", each(L.Conv2D(4, (3, 2), activation="relu", **first)), each(L.BatchNormalization(axis=1)), each(L.MaxPooling2D((2, 1), **first)), each(L.Conv2D(2, 1, **first)), each(L.Flatten(**first)), L.GRU(3), shape=(None, 2, 6, 5))
    one("first_images_more", each(L.DepthwiseConv2D(2, **first)), each(L.ZeroPadding2D((1, 2), **first)), each(L.Conv2DTranspose(2, 2, strides=2, **first)), each(L.AveragePooling2D(2, **first)), L.BatchNormalization(axis=2), each(L.UpSampling2D(2, **first)), shape=(None, 2, 4, 3))
    one("first_images_global", each(L.Conv2D(4, 2, **first)), each(L.GlobalMaxPooling2D(**first)), L.LSTM(3), shape=(None, 2, 4, 3))
    one("first_frequencies", each(L.Conv1D(4, 2, activation="tanh", **first)), each(L.BatchNormalization(axis=1)), each(L.MaxPooling1D(2, **first)), shape=(None, 2, 7))
    one("first_conv_lstm", L.ConvLSTM2D(3, (2, 3), padding="same", return_sequences=True, **first), L.BatchNormalization(axis=2), L.ConvLSTM2D(2, 2, **first), shape=(None, 2, 4, 5))
    one("first_conv_lstm1d", L.ConvLSTM1D(3, 2, return_sequences=True, **first), L.ConvLSTM1D(2, 2, **first), shape=(None, 2, 6))
    g = keras.Input((TIME, 2, 4, 5), name="g")
    q, h, c = L.ConvLSTM2D(3, 2, return_sequences=True, return_state=True, **first)(g)
    case("first_conv_lstm_states", keras.Model(g, [q, h, c, L.ConvLSTM2D(3, 3, padding="same", **first)(q, initial_state=[h, c])]))


if __name__ == "__main__":
    options()
    write("keras3-first", "jax")
