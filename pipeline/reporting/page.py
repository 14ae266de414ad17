"""The report as an HTML page."""

from typing import Any

from jinja2 import Environment, StrictUndefined

TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dance report: {{ clips | map(attribute="name") | join(", ") }}</title>
<style>
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5d6776; --line: #dfe3e8; --paper: #fff; --note: #f4f6f8;
        --mine: #eef5ff; --warn: #fff6e0; --link: #1756b8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --soft: #a0a9b6; --line: #343c48; --paper: #14181f; --note: #1e242d;
          --mine: #1c2b40; --warn: #3a3016; --link: #86b4ff; }
  img.chart { filter: invert(1) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--paper);
       font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
a { color: var(--link); }
h1 { font-size: 1.9rem; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { max-width: 56rem; }
.soft, figcaption { color: var(--soft); font-size: .92rem; }
.verdict { font-size: 1.15rem; margin: .5rem 0; }
.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.numbers div { padding: .5rem .7rem; border-radius: .4rem; background: var(--note); }
.numbers .weak { background: var(--warn); }
.numbers dt, .numbers small { color: var(--soft); font-size: .82rem; line-height: 1.3; }
.numbers dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.numbers small { display: block; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem 2rem; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .35rem; }
th, td { padding: .3rem .45rem; text-align: right; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
tr.mine td { background: var(--mine); font-weight: 600; }
@media (max-width: 40rem) { /* a row becomes a block, each value beside its column's name */
  table, caption, tbody, tr { display: block; }
  thead { display: none; }
  td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .1rem .45rem; }
  td:first-child { font-weight: 600; padding-top: .4rem; }
  td[data-column]::before { content: attr(data-column); color: var(--soft); font-weight: 400; text-align: left; }
  tr { border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
}
.note, .warn { padding: .6rem .9rem; border-radius: .4rem; background: var(--note); max-width: 56rem; }
.warn { background: var(--warn); }
figure { margin: 1rem 0; }
img, video { max-width: 100%; height: auto; border-radius: .3rem; }
video { background: #000; }
.videos { display: flex; flex-wrap: wrap; gap: 1.25rem; align-items: flex-start; }
.videos figure { margin: 0; }
.videos .wide { flex: 3 1 min(100%, 30rem); } .videos .one { flex: 1 1 12rem; }
.videos video { width: 100%; }
</style>
</head>
<body>
{% macro scores(table, decimals) %}<table>
<caption>{{ table.title }}</caption>
<thead><tr><th></th>{% for column in table.columns %}<th>{{ column | replace("_", " ") }}</th>{% endfor %}</tr></thead>
<tbody>{% for name, values in table.rows %}<tr{% if loop.last %} class="mine"{% endif %}><td>{{ name }}</td>
{%- for value in values %}<td data-column="{{ table.columns[loop.index0] | replace("_", " ") }}">
{{- "–" if value is none else "%.*f" | format(decimals, value) }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% endmacro -%}
<h1>Dance report</h1>
<p class="verdict">{{ verdict }}</p>
<p class="soft">Trained as <b>{{ run }}</b> at {{ size }} px. Measured on held-out frames of the target
{%- if transfers %}, and where it says so against the truth{% endif %}:</p>
<dl class="numbers">
{% for number in numbers %}<div{% if number.is_weak %} class="weak"{% endif %}><dt>
{{- number.name | replace("_", " ") }}</dt>
<dd>{{ "%.3g" | format(number.value) }}{{ " of %d" | format(number.joints) if number.joints }}
<small>{{ number.unit ~ ", " if number.unit -}}
{{ "higher" if number.higher_is_better else "lower" }} is better</small></dd></div>
{% endfor %}</dl>

<h2>Result</h2>
{% for source in sources %}
<h3>{{ source.name }}</h3>
<div class="videos">
<figure class="wide"><video controls loop muted autoplay playsinline
src="videos/{{ source.name }}_side_by_side.mp4"></video>
<figcaption>source, its pose in the target's place, result</figcaption></figure>
<figure class="one"><video controls loop src="videos/{{ source.name }}.mp4"></video>
<figcaption>result:
<a href="videos/{{ source.name }}.mp4">videos/{{ source.name }}.mp4</a></figcaption></figure>
</div>
{% endfor %}

{% if transfers %}<h2>Measured against the truth</h2>
<p>The delivered videos frame by frame against rendered clips of the target really doing the dance. A result is worth
something where it beats the baselines, which know the training frames and no network. <i>Person mask</i> compares the
person's pixels alone.</p>
{% for transfer in transfers %}
<h3>{{ transfer.name }}</h3>
<p class="soft">{% for measure in transfer.measures %}{{ measure.column }}{{ " in " ~ measure.unit if measure.unit }}:
{{ "higher" if measure.higher_is_better else "lower" }} is better{{ "." if loop.last else "; " }}{% endfor %}</p>
<div class="tables">
{% for table in transfer.tables %}{{ scores(table, 4) }}{% endfor %}</div>
{% for sentence in transfer.verdict %}<p class="note">{{ sentence }}.</p>
{% endfor %}
<figure><img src="{{ transfer.pictures }}" alt="Source, truth and result of {{ transfer.name }}">
<figcaption>Source, truth, result</figcaption></figure>
<figure><img class="chart" src="{{ transfer.charts }}" alt="The person of {{ transfer.name }} by frame">
<figcaption>The person's pixels by frame</figcaption></figure>
{% endfor %}{% endif %}
<h2>Measured on held-out frames</h2>
<p>{{ metrics.frames.held_out }} frames at the end of the target clip, never trained on, rendered one from the
other and compared with the real ones at {{ size }} px.</p>
<ul class="soft">
{% for measure in measures %}<li>{{ measure.meaning | replace("_", " ") }} ({{ measure.unit ~ ", " if measure.unit -}}
{{ "higher" if measure.higher_is_better else "lower" }} is better)</li>
{% endfor %}</ul>
<div class="tables">
{% for table in tables %}{{ scores(table, 5) }}{% endfor %}</div>
<p class="note">{{ caveat }} {{ lpips_note }}</p>
{% for reason in unmeasured %}<p class="warn">Not measured: {{ reason }}.</p>
{% endfor %}
<figure><img src="{{ frames }}" alt="Real frames, poses and generated frames">
<figcaption>Held-out frames: real, pose, generated, and the faces enlarged</figcaption></figure>
<figure><img class="chart" src="{{ frame_charts }}" alt="Metrics by frame">
<figcaption>By frame of the target clip</figcaption></figure>

<h2>Poses</h2>
<table>
<caption>Share of the frames in which anything of each part was found</caption>
<thead><tr><th>clip</th><th>frames</th>
{%- for part in parts %}<th>{{ part | replace("_", " ") }}</th>{% endfor %}</tr></thead>
<tbody>{% for clip in clips %}<tr><td>{{ clip.name }}</td><td data-column="frames">{{ clip.frames }}</td>
{%- for part in parts %}<td data-column="{{ part | replace("_", " ") }}">
{{- "%.1f" | format(100 * clip.coverage[part]) }} %</td>{% endfor %}</tr>
{% endfor %}</tbody></table>

<h2>Normalization</h2>
{% for source in sources %}
<h3>{{ source.name }}</h3>
{% for warning in source.fit.warnings %}<p class="warn">{{ warning }}</p>
{% else %}<p class="soft">No warnings.</p>
{% endfor %}
{% if "scale_far" in source.fit %}<p>By the feet, the dancer is scaled by
{{ "%.3f" | format(source.fit.scale_far) }} (far) to {{ "%.3f" | format(source.fit.scale_near) }} (near).</p>
{% endif %}
<figure><img src="{{ source.plot }}" alt="Normalization of {{ source.name }}">
<figcaption>Rows of nose and feet over time, and poses before and after</figcaption></figure>
{% endfor %}

<h2>Training</h2>
{% for phase in phases %}
<h3>{{ phase.name }}</h3>
<figure><img class="chart" src="{{ phase.charts }}" alt="Losses of {{ phase.name }}"></figure>
{% if phase.samples %}<figure><img src="{{ phase.samples }}" alt="Samples of {{ phase.name }}">
<figcaption>Samples at the end: {{ phase.columns }}</figcaption></figure>{% endif %}
{% else %}<p class="soft">No loss curves.</p>
{% endfor %}
</body>
</html>
"""


def render_page(**content: Any) -> str:
    """Fill the page. What it needs, by name, is in the template; a missing name is an error, not a gap."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(TEMPLATE).render(**content)
