"""One of the networks that find people: a TFLite file, run by LiteRT on one core."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from pipeline.clips import paths
from pipeline.runtime.native_messages import native_messages_off
from pipeline.user.cli import UserError


class Network:
    """A picture in, tensors out: the same bits for the same picture.

    name: of the file that stage detector wrote. size: px, width and height of the square picture that it looks at.
    Raises UserError if the file is missing.
    """

    def __init__(self, name: str):
        file = paths.DETECTOR / name
        if not file.is_file():
            raise UserError(f"{file}, a network that finds people, is missing: run `dvc repro detector`")
        with native_messages_off():
            self._interpreter = Interpreter(str(file), num_threads=1)
            self._interpreter.allocate_tensors()
        given = self._interpreter.get_input_details()[0]
        self._input = given["index"]
        self._outputs = {output["name"]: output["index"] for output in self._interpreter.get_output_details()}
        self.size = int(given["shape"][1])

    def __call__(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """What the network says of float32 RGB (size, size, 3), in the range that it was trained on.

        -> its tensors by their names in the file, float32, each (1, ...).
        """
        self._interpreter.set_tensor(self._input, picture[None])
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}
