"""What the generators are built with, as the parameters say; their weight files hold it, too."""

from typing import Any

from pipeline.params import Face, Train


def body_architecture(params: Train) -> dict[str, Any]:
    """The arguments of :class:`pipeline.networks.body_generator.BodyGenerator`."""
    net = params.generator
    return {"temporal": params.temporal_smoothing, "ngf": net.ngf, "downsamplings": net.downsamplings,
            "blocks": net.blocks, "enhancer_blocks": net.enhancer_blocks if net.enhancer else None,
            "layered": params.background == "plate", "borders": params.window == "person",
            "references": params.references != "none",
            "upsampling": net.upsampling, "skips": net.skips}


def face_architecture(face: Face, params: Train) -> dict[str, Any]:
    """The arguments of :class:`pipeline.networks.face_generator.FaceGenerator`."""
    common = params.generator
    return {**face.generator.model_dump(), "upsampling": common.upsampling, "skips": common.skips}
