#!/usr/bin/env python3
"""Writes mesh.npy: what LiteRT answers when face_landmark.tflite looks at the astronaut, 192 x 192 px
of tests/data/astronaut.png from column 128 and row 16 on, as they are: 1404 coordinates in px of the
patch, then whether there is a face, before the sigmoid.

Needs the Python packages ai-edge-litert, numpy and pillow, and the fetched model.
"""
import pathlib

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

HERE = pathlib.Path(__file__).parent
picture = Image.open(HERE.parent / "astronaut.png").convert("RGB").crop((128, 16, 320, 208))
network = Interpreter(str(HERE.parents[2] / "models" / "face_landmark.tflite"))
network.allocate_tensors()
network.set_tensor(network.get_input_details()[0]["index"],
                   np.asarray(picture, dtype=np.float32)[None] / 255)
network.invoke()
answers = [network.get_tensor(row["index"]).ravel() for row in network.get_output_details()]
np.save(HERE / "mesh.npy", np.concatenate(sorted(answers, key=len, reverse=True)))
