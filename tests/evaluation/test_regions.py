import numpy as np
import pytest
import torch
from skimage.data import astronaut
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from pipeline.evaluation import perceptual_distance, psnr
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.regions import RegionMeasures, person_box
from pipeline.evaluation.ssim import OF_REGIONS, ssim

TRUTH = astronaut()[:128, 150:278]
MASK = np.zeros((128, 128), bool)
MASK[30:90, 40:80] = True
MASK[50:60, 80:100] = True  # an arm
BOX = np.s_[27:93, 37:103]  # 5 % of 60 px around it
NAME = "lpips_efficientnet_lite0"
MEASURES = psnr.OF_REGIONS, OF_REGIONS, perceptual_distance.of_regions(NAME)


@pytest.fixture(scope="module")
def lpips():
    return Lpips("efficientnet_lite0", None, torch.device("cpu"))


def noisy(where):
    noise = np.random.default_rng(0).normal(0, 30, TRUTH.shape)
    return np.clip(TRUTH + noise * where[..., None], 0, 255).astype(np.uint8)


def test_every_region_agrees_with_references(lpips):
    picture = noisy(np.ones_like(MASK))
    record = RegionMeasures(lpips, {}, MEASURES)(TRUTH, MASK, {"a": picture})["a"]

    full = structural_similarity(
        TRUTH, picture, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255,
        channel_axis=-1, full=True,
    )[1]  # fmt: skip
    squares = ((TRUTH.astype(float) - picture) ** 2)[MASK]
    person = TRUTH.copy()
    person[MASK] = picture[MASK]
    expected = {
        "frame.psnr": peak_signal_noise_ratio(TRUTH, picture, data_range=255),
        "frame.ssim": ssim(TRUTH, picture),
        f"frame.{NAME}": lpips(TRUTH[None], picture[None])[0],
        "box.psnr": peak_signal_noise_ratio(TRUTH[BOX], picture[BOX], data_range=255),
        "box.ssim": ssim(TRUTH[BOX], picture[BOX]),
        f"box.{NAME}": lpips(TRUTH[BOX][None], picture[BOX][None])[0],
        "mask.psnr": 10 * np.log10(255**2 / squares.mean()),
        "mask.ssim": full[MASK].mean(),
        f"mask.{NAME}": lpips(TRUTH[BOX][None], person[BOX][None])[0],
    }
    assert record == pytest.approx(expected, rel=1e-4)


def test_a_region_sees_only_its_own_errors(lpips):
    box = np.zeros_like(MASK)
    box[BOX] = True
    pictures = {"outside the box": noisy(~box), "around the person": noisy(box & ~MASK), "on the person": noisy(MASK)}
    records = RegionMeasures(lpips, {}, MEASURES)(TRUTH, MASK, pictures)
    assert records["outside the box"]["box.psnr"] == records["outside the box"]["mask.psnr"] == 100
    assert records["outside the box"][f"box.{NAME}"] == records["around the person"][f"mask.{NAME}"] == 0
    assert records["around the person"]["mask.psnr"] == 100 > records["around the person"]["box.psnr"]
    assert all(records["on the person"][f"{region}.psnr"] < 40 for region in ("frame", "box", "mask"))
    assert records["on the person"]["mask.ssim"] < records["around the person"]["mask.ssim"]


def test_constants_are_measured_as_pictures_are(lpips):
    picture = noisy(np.ones_like(MASK))
    constant = RegionMeasures(lpips, {"same": picture}, MEASURES)(TRUTH, MASK, {"b": TRUTH})
    given = RegionMeasures(lpips, {}, MEASURES)(TRUTH, MASK, {"same": picture, "b": TRUTH})
    assert constant == {name: pytest.approx(record, rel=1e-5) for name, record in given.items()}
    assert constant["b"]["frame.ssim"] == 1 and constant["b"][f"mask.{NAME}"] == 0


def test_without_a_person_only_the_whole_frame_is_measured(lpips):
    record = RegionMeasures(lpips, {}, MEASURES)(TRUTH, np.zeros_like(MASK), {"a": noisy(MASK)})["a"]
    assert set(record) == {"frame.psnr", "frame.ssim", f"frame.{NAME}"}


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (np.s_[30:70, 20:60], np.s_[28:72, 18:62]),
        (np.s_[0:100, 10:120], np.s_[0:106, 4:126]),
        (np.s_[60:62, 60:61], np.s_[53:69, 52:69]),  # grown to 16 px and a little more, to stay in the middle
        (np.s_[0:2, 127:128], np.s_[0:16, 112:128]),
        (np.s_[127:128, 0:3], np.s_[112:128, 0:16]),
    ],
)
def test_box_has_a_margin_stays_inside_and_is_large_enough(person, expected):
    mask = np.zeros((128, 128), bool)
    mask[person] = True
    assert person_box(mask, 16) == expected
