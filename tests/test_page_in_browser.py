"""The page in a real browser: Debian's Chromium, without a screen, driven by Playwright."""

import shutil

import numpy as np
import pytest
from playwright.sync_api import sync_playwright
from ruamel.yaml import YAML

from pipeline.report import main
from tests.reported import FRAMES, HELD_OUT, add_scores, grey, make_reported

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZES = {"desktop": (1400, 900), "phone": (390, 844)}
MIDDLE = "canvas => canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[0]"
CUT_OFF = """() => [...document.querySelectorAll('td, th, dt, dd, output, button, figcaption, .u-value')]
        .filter((one) => {
    if (one.closest('.gallery, pre') || !one.offsetParent) return false;
    const { left, right } = one.getBoundingClientRect();
    return one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline'
        || left < -1 || right > document.documentElement.clientWidth + 1;
}).map(one => one.outerHTML.slice(0, 120))"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory, project):
    """A report's page."""
    folder = tmp_path_factory.mktemp("reported")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        make_reported(folder, YAML(typ="safe").load(project / "params.yaml"))
        add_scores(folder)
        main()
    return folder / "reports/index.html"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET) as chromium:
        yield chromium


@pytest.fixture
def opened(browser, page_file):
    """Opens the page at a size and in a colour scheme; afterwards nothing must have gone wrong in any of them."""
    pages, errors, requests = [], [], []

    def open_page(size=SIZES["desktop"], scheme="light"):
        page = browser.new_page(viewport=dict(zip(("width", "height"), size, strict=True)), color_scheme=scheme)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_file.as_uri())
        page.wait_for_function("[...document.querySelectorAll('.player')].every(root => root.dataset.frame === '0')")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert errors == []
    assert [url for url in requests if not url.startswith(("data:", page_file.as_uri()))] == []


def frames_shown(player):
    """Which frame every picture of a player shows, told by its grey, and which frame the player says that it is."""
    canvases = player.locator(".panels canvas")
    greys = [canvases.nth(number).evaluate(MIDDLE) for number in range(canvases.count())]
    return [round((value - grey(number, 0)) / 2) for number, value in enumerate(greys)], int(
        player.get_attribute("data-frame"))


def assert_in_step(player, frame=None):
    shown, said = frames_shown(player)
    assert frame in (None, said)
    assert all(abs(one - said) <= 1 for one in shown), (shown, said)


def go(page, player, key, frame):
    player.focus()
    page.keyboard.press(key)
    page.wait_for_function("([root, frame]) => root.dataset.frame === String(frame)",
                           arg=[player.element_handle(), frame])


def test_pictures_are_in_step_after_seeking_and_playing(opened):
    page = opened()
    player = page.locator(".player").first
    last = FRAMES["tango"] - 1
    for key, frame in (("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("End", last), ("Home", 0)):
        go(page, player, key, frame)
        assert_in_step(player, frame)
    player.get_by_role("slider", name="frame").fill("17")
    page.wait_for_function("document.querySelector('.player').dataset.frame === '17'")
    assert_in_step(player, 17)
    assert "frame 17 of 30 · 0.57 s" in player.inner_text()

    player.get_by_label("speed").select_option("0.5")
    player.focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(400)
    page.keyboard.press("Space")
    page.wait_for_timeout(200)
    shown, said = frames_shown(player)
    assert said != 17
    assert_in_step(player)


def test_a_part_is_repeated(opened):
    page = opened()
    player = page.locator(".player").first
    go(page, player, "Shift+ArrowRight", 10)
    player.get_by_role("button", name="loop from here").click()
    go(page, player, "ArrowRight", 11)
    go(page, player, "ArrowRight", 12)
    player.get_by_role("button", name="loop 10 to here").click()
    assert player.get_by_role("button", name="loop 10–12 ×").is_visible()
    seen = page.evaluate("""() => new Promise(done => {
        const root = document.querySelector('.player'), seen = new Set();
        new MutationObserver(() => seen.add(Number(root.dataset.frame))).observe(root, { attributes: true });
        root.player.toggle();
        setTimeout(() => { root.player.toggle(); done([...seen]); }, 1200);
    })""")
    assert {10, 11} <= set(seen) and max(seen) <= 14 and min(seen) >= 9


def test_the_wipe_shows_one_picture_beside_the_other(opened):
    page = opened()
    player = page.locator(".player").first
    go(page, player, "Shift+ArrowRight", 10)
    player.get_by_role("button", name="wipe").click()
    player.get_by_label("left of the wipe").select_option("source")
    player.get_by_label("where the wipe is").fill("0.25")
    canvas = player.locator(".wipe canvas")

    def at(share):
        """The grey at a share of the canvas's width."""
        return canvas.evaluate("""(canvas, x) =>
            canvas.getContext('2d').getImageData(canvas.width * x, 9, 1, 1).data[0]""", share)

    assert abs(at(0.1) - grey(0, 10)) <= 3 and abs(at(0.6) - grey(2, 10)) <= 3
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 10)
    assert abs(at(0.6) - grey(0, 10)) <= 3 and abs(at(0.9) - grey(2, 10)) <= 3


def test_zooming_keeps_to_the_part_and_to_the_picture(opened):
    page = opened()
    player = page.locator(".player").first
    for part in ("body", "face", "left_hand", "right_hand"):
        player.get_by_label("zoom").select_option(part)
        go(page, player, "End", FRAMES["tango"] - 1)
        for number in range(3):
            reds = np.array(player.locator(".panels canvas").nth(number).evaluate(
                "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]")[::4])
            shown = reds[reds > 4]  # black is what lies outside the picture
            assert len(shown) > 0.2 * len(reds)
            own = np.abs(shown - grey(number, FRAMES["tango"] - 1)) <= 8
            assert own.mean() > 0.97, part  # but for a blended column at the edge
        go(page, player, "Home", 0)


def test_a_click_on_a_curve_or_a_worst_frame_goes_there_and_the_marker_follows(opened):
    page = opened()
    held_out = page.locator(".player").last
    x, y = held_out.evaluate("""root => {
        const plot = root.player.charts[0].plot;
        plot.over.scrollIntoView({ block: 'center' });
        const { left, top, height } = plot.over.getBoundingClientRect();
        return [left + plot.valToPos(6, 'x'), top + height / 2];
    }""")
    page.mouse.click(x, y)
    page.wait_for_function("[...document.querySelectorAll('.player')].at(-1).dataset.frame === '6'")
    assert_in_step(held_out, 6)
    off = held_out.evaluate("""root => root.player.charts.filter(chart => chart.plot).map(
        ({ plot, marker }) => Math.abs(parseFloat(marker.style.left) - plot.valToPos(6, 'x')))""")
    assert off and max(off) < 1
    first = page.locator(".player").first
    worst = first.locator(".gallery button").first
    frame = int(worst.inner_text().split()[-1])
    worst.click()
    page.wait_for_function("frame => document.querySelector('.player').dataset.frame === String(frame)", arg=frame)
    assert_in_step(first, frame)
    assert HELD_OUT == 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off(opened, size, scheme):
    page = opened(SIZES[size], scheme)
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1]
    assert page.evaluate(CUT_OFF) == []
    paper, ink = page.evaluate("""(() => { const style = getComputedStyle(document.body);
        return [style.backgroundColor, style.color].map(colour => Number(colour.match(/\\d+/)[0])); })()""")
    assert (paper > 200 > 100 > ink) if scheme == "light" else (paper < 60 < 180 < ink)
    assert page.locator(".u-wrap canvas").count() >= 8


def test_samples_of_training_over_time(opened):
    page = opened()
    samples = page.locator(".samples").first
    before = samples.locator("img").get_attribute("src")
    assert "step 3" in samples.inner_text()
    samples.get_by_role("slider").fill("0")
    assert "step 1" in samples.inner_text()
    assert before.startswith("data:image/jpeg") and samples.locator("img").get_attribute("src")
