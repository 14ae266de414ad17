"""Finding the ImageNet weights that torchvision's servers serve."""

from pathlib import Path
from urllib.error import URLError

import torch
from torch import Tensor
from torchvision.models import WeightsEnum

from pipeline.cli import UserError


def read_weights(weights: WeightsEnum, file: Path | None, parameter: str) -> dict[str, Tensor]:
    """The state dict of ``weights`` from ``file``, or from torch's hub cache (``TORCH_HOME``), downloaded if need be.

    Raises UserError, naming ``parameter``, if the file is missing or unreadable or cannot be downloaded.
    """
    cached = Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name
    advice = f"fetch {weights.url} and put it at {cached}, or name it in {parameter}"
    if file is not None:
        if not file.is_file():
            raise UserError(f"{file}, named by {parameter}, is missing: {advice}")
        try:
            return torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # torch.load raises a different class for each way a file can be broken
            raise UserError(f"{file}, named by {parameter}, holds no readable weights "
                            f"({str(error).splitlines()[0]}): {advice}") from None
    try:
        return weights.get_state_dict(check_hash=True)
    except (URLError, OSError, RuntimeError) as error:
        raise UserError(f"the weights {cached.name} are not at {cached} and could not be downloaded "
                        f"({error}): {advice}") from None
