import pytest

from pipeline.evaluation.paper_tables import as_text, row_name, tables
from pipeline.params import load_params
from pipeline.params.preset import apply_preset, load_preset
from pipeline.params.whole import parse_params

METRICS = {
    "body": {"ssim": 0.8, "lpips_efficientnet_lite0": 0.5},
    "pose_distance": {"body": 1.5, "overall": 2.5},
    "missed_detections": {"body": 0, "face": 1, "hands": 2, "overall": 3},
}


@pytest.mark.parametrize("temporal, face, name", [
    (False, False, "pix2pixHD"), (True, False, "T.S."), (True, True, "T.S. + Face"),
    (False, True, "pix2pixHD + Face"),
])  # fmt: skip
def test_names_the_row(project, temporal, face, name):
    text, _ = apply_preset(load_preset("paper"), (project / "params.yaml").read_bytes())
    params = parse_params(text, "the paper's")
    train = params.train.model_copy(update={"temporal_smoothing": temporal})
    assert row_name(train, params.face.model_copy(update={"enabled": face})) == name


def test_names_what_the_paper_has_not(project):
    params = load_params(project / "params.yaml")
    expected = "T.S. + Face with person's window, plate, references, resize, skips, averaged weights"
    assert row_name(params.train, params.face) == expected


def test_the_papers_missed_detections_add_up():
    """Body + face + hands is its own "overall", so no digit was mistyped there."""
    missed = tables(METRICS, "T.S.")[3]
    for _, (body, face, hands, overall) in missed.rows[:3]:
        assert body + face + hands == pytest.approx(overall, abs=2e-5)


def test_the_papers_order_of_its_rows_holds():
    """The paper's claims, as its numbers: the face GAN helps the face, and everything helps the whole."""
    body, face, distance, missed = tables(METRICS, "T.S.")
    for table in (body, face):
        ssim, lpips = zip(*(values[:2] for _, values in table.rows[:3]), strict=True)
        assert list(ssim) == sorted(ssim) and list(lpips) == sorted(lpips, reverse=True)
    for table in (distance, missed):
        overall = [values[3] for _, values in table.rows[:3]]
        assert overall == sorted(overall, reverse=True)


def test_another_network_never_stands_in_the_papers_column():
    body = tables(METRICS, "T.S.")[0]
    assert body.columns == ["SSIM", "LPIPS alex", "lpips_efficientnet_lite0"]
    assert body.rows[-1] == ("this run (T.S.)", [0.8, None, 0.5])
    assert all(values[2] is None for _, values in body.rows[:3])


def test_the_papers_network_stands_in_its_column():
    body = tables({"body": {"ssim": 0.8, "lpips_alex": 0.1}}, "T.S.")[0]
    assert body.columns == ["SSIM", "LPIPS alex"] and body.rows[-1][1] == [0.8, 0.1]


def test_text_has_a_line_a_row_and_dashes_for_gaps():
    distance = tables(METRICS, "T.S. + Face")[2]
    lines = as_text(distance).splitlines()
    assert [len(line) for line in lines] == [len(lines[0])] * 5
    assert lines[-1].split() == ["this", "run", "(T.S.", "+", "Face)", "1.50000", "-", "-", "2.50000"]
    assert lines[1].split() == ["pix2pixHD", "2.39352", "1.18720", "3.86359", "2.07810"]
