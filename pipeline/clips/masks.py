"""Where the person is in every frame of a clip: masks as 1-bit PNGs in one Parquet file."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError

FORMAT = "person masks 1"
PNG = [cv2.IMWRITE_PNG_BILEVEL, 1, cv2.IMWRITE_PNG_COMPRESSION, 9]  # a third of the default's size
GROUP = 256  # frames a row group
SCHEMA = pa.schema([("frame", pa.int32()), ("mask", pa.binary())], metadata={"format": FORMAT})


def write_masks(path: Path, masks: Iterable[np.ndarray]) -> None:
    """Write one row a frame, whole or not at all: frame (0, 1, ...) and mask, a 1-bit PNG.

    masks: bool (H, W), True where the person is; taken one by one, the same bytes for the same masks.
    """
    rows = ((frame, _to_png(mask)) for frame, mask in enumerate(masks))
    options = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    with atomic(path) as partial, pq.ParquetWriter(partial, SCHEMA, **options) as file:
        while group := list(islice(rows, GROUP)):
            columns = [list(column) for column in zip(*group, strict=True)]
            file.write_batch(pa.record_batch(columns, schema=SCHEMA))


class MaskStore:
    """The masks that :func:`write_masks` wrote, read at random; their PNGs are held in memory, one or two kB each.

    Raises UserError if ``path`` is missing or is something else.
    """

    def __init__(self, path: Path):
        if not path.is_file():
            raise UserError(f"{path} is missing: a clip's masks lie beside its video")
        try:
            table = pq.read_table(path)
        except pa.ArrowInvalid as error:
            raise UserError(f"{path} holds no masks ({error}): make the clip again") from None
        if (table.schema.metadata or {}).get(b"format") != FORMAT.encode():
            raise UserError(f"{path} holds no masks (its format is not {FORMAT!r}): make the clip again")
        self._pngs = table["mask"]

    def __len__(self) -> int:
        return len(self._pngs)

    def __getitem__(self, index: int) -> np.ndarray:
        """The mask of frame ``index``, bool (H, W), True where the person is. Raises IndexError outside 0..n-1."""
        if not 0 <= index < len(self):
            raise IndexError(f"mask {index} of {len(self)}")
        png = np.frombuffer(self._pngs[index].as_buffer(), np.uint8)
        return cv2.imdecode(png, cv2.IMREAD_GRAYSCALE) > 0


def _to_png(mask: np.ndarray) -> bytes:
    return cv2.imencode(".png", mask.astype(np.uint8) * 255, PNG)[1].tobytes()
