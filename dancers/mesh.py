"""Triangle meshes."""

import numpy as np


def normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals (V, 3) of ``vertices`` (V, 3), outwards: the mean of the adjacent ``triangles``' by area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    total = np.stack(
        [sum(np.bincount(triangles[:, corner], faces[:, axis], len(vertices)) for corner in range(3))
         for axis in range(3)],
        axis=1,
    )
    return total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-12)


def split_quads(quads: np.ndarray) -> np.ndarray:
    """Quads (M, 4) as triangles (2 M, 3)."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def smooth(vertices: np.ndarray, triangles: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Draw each of the vertices ``where`` (V,) is true half way to the mean of its neighbours, six times."""
    for _ in range(6):
        vertices = vertices + 0.5 * where[:, None] * (_neighbours_mean(vertices, triangles) - vertices)
    return vertices


def _neighbours_mean(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The mean (V, 3) of every vertex's neighbours; a vertex without any stays where it is."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    count = np.bincount(edges[:, 0], minlength=len(vertices))[:, None]
    total = np.stack(
        [np.bincount(edges[:, 0], vertices[edges[:, 1], axis], len(vertices)) for axis in range(3)], axis=1
    )
    return np.where(count > 0, total / np.maximum(count, 1), vertices)
