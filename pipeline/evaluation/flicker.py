"""What a still picture cannot show: whether the generated clip changes over time as the real one does."""

import numpy as np

from pipeline.evaluation.measure import OVER_TIME, Measure, temporal_value

STILL = 3  # grey levels: a pixel that changes by no more, in every channel, stands still


def flicker(
    real_before: np.ndarray, real: np.ndarray, generated_before: np.ndarray, generated: np.ndarray
) -> dict[str, float | None]:
    """Temporal measures of one pair of consecutive frames, in grey levels; uint8 RGB (H, W, 3) each.

    With dy = y_t - y_{t-1} the change of the real and dg the change of the generated clip:

    - ``difference_error``: mean |dg - dy| over the picture; 0 if the clip changes exactly as the real one.
    - ``flicker``: mean |dg| over the pixels that stand still in the real clip, |dy| <= 3 in every channel;
      what changes there is flicker. None if no pixel stands still.
    - ``flicker_real``: mean |dy| over the same pixels: the camera's own noise, to compare with.
    """
    change_real = real.astype(np.int16) - real_before
    change = generated.astype(np.int16) - generated_before
    still = (np.abs(change_real) <= STILL).all(axis=2)
    return {
        "flicker": float(np.abs(change[still]).mean()) if still.any() else None,
        "flicker_real": float(np.abs(change_real[still]).mean()) if still.any() else None,
        "difference_error": float(np.abs(change - change_real).mean()),
    }


MEASURE = Measure(
    of=lambda frame: frame.over_time(flicker),
    plot=OVER_TIME,
    values=(
        temporal_value("flicker"),
        temporal_value("flicker_real"),
        temporal_value("difference_error", count="pairs"),
    ),
    meaning="flicker: the change of the generated clip from frame to frame where the real one stands still, "
    "flicker real the real clip's own there; difference error: by how much the changes of the two clips differ",
    unit="grey levels",
    unmeasured="temporal: no two held-out frames follow one another",
)
