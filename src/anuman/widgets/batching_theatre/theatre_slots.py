"""How the batching theatre looks: a Gantt of slots, the KV memory, the waiting line, for each policy."""

from html import escape

from anuman.language import _, number
from anuman.scenes.theatre import Scene, Setting, Stage, stage

from ..kit.chart import Axis
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEASURED, MEMORY, OTHER, PAPER, RULE, fact
from ..kit.svg import Picture, paragraphs, stack, text, text_width
from . import theatre_words as words

WIDTH = 660.0
LEFT, RIGHT = 62.0, WIDTH - 12
TONES = (COMPUTE, MEASURED, OTHER)
KV_HEIGHT = 40.0


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"


class _Panel:
    """One policy's drawing up to the moment `now`; end: the step at the right edge."""

    def __init__(self, scene: Scene, stage: Stage, now: float, end: float):
        self.scene, self.stage, self.now, self.end = scene, stage, now, end
        self.slots = stage.setting.slots
        self.row = 22.0 if self.slots <= 6 else 14.0 if self.slots <= 12 else 11.0
        self.top = 34.0
        self.bottom = self.top + self.slots * self.row

    def x(self, step: float) -> float:
        return LEFT + min(step, self.end) / self.end * (RIGHT - LEFT)

    def gantt(self) -> str:
        """Bars: a request's answer in its tone, a finished row that is kept hatched."""
        tones: dict[str, str] = dict.fromkeys(TONES, "")
        kept, labels = "", ""
        for s in self.scene.run:
            if s.admitted_s >= self.now:
                continue
            y = self.top + s.slot * self.row + 1
            start, stop = self.x(s.admitted_s), self.x(min(self.now, s.finish_s))
            tones[TONES[s.id % len(TONES)]] += _box(start, y, stop - start, self.row - 2)
            name = str(s.id + 1)
            if stop - start > text_width(name, 11) + 4 and self.row >= 14:
                middle = (start + stop) / 2
                labels += f'<text x="{middle:.1f}" y="{y + self.row / 2 + 3:.1f}" text-anchor="middle" style="font-size:11px;fill:{PAPER}">{name}</text>'
            free = self.x(min(self.now, self.scene.held_until(s)))
            if free > stop + 0.2:
                kept += _box(stop, y, free - stop, self.row - 2)
        drawn = "".join(
            f'<path d="{path}" style="fill:{tone};stroke:{PAPER};stroke-width:1"/>'
            for tone, path in tones.items()
            if path
        )
        if kept:
            drawn += f'<path d="{kept}" style="fill:{MEMORY};fill-opacity:.28;stroke:{MEMORY};stroke-width:1;stroke-dasharray:2 2"/>'
        return drawn + labels

    def frame(self) -> str:
        """Slot names and the rules between them."""
        drawn, lines = "", ""
        every = 1 if self.row >= 14 else 2
        for slot in range(self.slots):
            y = self.top + slot * self.row
            lines += f"M{LEFT:.1f} {y:.1f}H{RIGHT:.1f}"
            if slot % every == 0:
                drawn += text(LEFT - 8, y + self.row / 2 + 4, number(slot + 1), "small", "end")
        lines += f"M{LEFT:.1f} {self.bottom:.1f}H{RIGHT:.1f}"
        drawn += text(4, self.top - 4, _("slot"), "small")
        return f'<path d="{lines}" style="stroke:{RULE};stroke-opacity:.7;fill:none"/>{drawn}'

    def memory(self, y: float) -> str:
        """The KV memory reserved, step by step, under the line of its capacity."""
        capacity = self.stage.setting.kv_capacity
        path = f"M{LEFT:.1f} {y + KV_HEIGHT:.1f}"
        last = 0.0
        for span in self.scene.run.spans:
            if span.start_s >= self.now:
                break
            height = y + KV_HEIGHT * (1 - span.kv_start / capacity)
            if span.start_s > last + 1e-9:
                path += f"V{y + KV_HEIGHT:.1f}H{self.x(span.start_s):.1f}"
            path += f"V{height:.1f}H{self.x(min(span.end_s, self.now)):.1f}"
            last = span.end_s
        path += f"V{y + KV_HEIGHT:.1f}Z"
        label = _("KV memory: {used} of {capacity} tokens").format(
            used=number(self.scene.kv(self.now)), capacity=number(capacity)
        )
        return (
            f'<path d="{path}" style="fill:{COMPUTE};fill-opacity:.35;stroke:{COMPUTE};stroke-width:1"/>'
            f'<path d="M{LEFT:.1f} {y:.1f}H{RIGHT:.1f}" style="stroke:{INK};stroke-dasharray:6 4"/>'
            + text(LEFT + 4, y - 5, label, "small halo")
        )

    def line(self, y: float) -> str:
        """Who waits now, first come first; those who do not fit are counted."""
        waiting = self.scene.waiting(self.now)
        drawn = text(4, y + 13, _("waiting: {count}").format(count=number(len(waiting))), "small")
        x, shown = LEFT + 60, 0
        for s in waiting:
            name = str(s.id + 1)
            width = max(18.0, text_width(name, 11) + 8)
            if x + width > RIGHT - 60:
                break
            tone = TONES[s.id % len(TONES)]
            drawn += f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="17" rx="3" style="fill:none;stroke:{tone};stroke-width:1.5"/>'
            drawn += f'<text x="{x + width / 2:.1f}" y="{y + 12.5:.1f}" text-anchor="middle" style="font-size:11px">{name}</text>'
            x += width + 4
            shown += 1
        if shown < len(waiting):
            drawn += text(
                x + 4,
                y + 13,
                _("and {count} more").format(count=number(len(waiting) - shown)),
                "small",
            )
        return drawn

    def axis(self, y: float) -> str:
        """Steps below everything."""
        drawn = f'<path d="M{LEFT:.1f} {y:.1f}H{RIGHT:.1f}" style="stroke:{INK}"/>'
        for tick in Axis(0, self.end, "").ticks(8):
            at = self.x(tick)
            side = "middle" if at < RIGHT - 14 else "end"
            drawn += text(at, y + 15, number(tick), "small", side)
        return drawn + text(
            (LEFT + RIGHT) / 2, y + 32, _("time, steps of the engine"), "small", "middle"
        )

    def picture(self) -> Picture:
        """Everything of this policy."""
        state = _("{policy}: {done} of {all} done").format(
            policy=words.name(self.scene), done=number(self.scene.finished(self.now)),
            all=number(len(self.scene.run)),
        )  # fmt: skip
        if self.now >= self.scene.steps:
            state += " · " + _("finished at step {step}").format(step=number(self.scene.steps))
        at = self.x(self.now)
        kv = self.bottom + 24
        axis = kv + KV_HEIGHT + 4
        body = text(4, 16, state, "title") + self.frame() + self.gantt() + self.memory(kv)
        body += f'<path d="M{at:.1f} {self.top - 4:.1f}V{axis:.1f}" style="stroke:{INK};stroke-width:1.5"/>'
        body += self.axis(axis) + self.line(axis + 40)
        return Picture(body, WIDTH, axis + 70, state, state)


def theatre(stage: Stage, now: float) -> Picture:
    """Both policies, one above the other on one scale of time."""
    end = max(1, stage.end)
    panels = [_Panel(scene, stage, now, end).picture() for scene in stage.scenes]
    return stack(panels, _("Batching theatre"), words.summary(stage, now))


def banner(stage: Stage) -> str:
    """The failure states, above everything else."""
    said = "".join(f"<p>{escape(p)}</p>" for p in words.problems(stage))
    return f'<div class="banner" role="status">{said}</div>' if said else ""


def legend() -> str:
    """What the marks mean, in words and colour."""
    said = _(
        "A bar is a request in its slot, from admission to its last token; its number stands in it. "
        "Dashed: a row that is kept although its answer is done."
    )
    return f'<p class="quiet">{escape(said)}</p>'


def table(stage: Stage) -> str:
    """The table twin."""
    return table_html(words.head(), words.rows(stage), _("All times in steps"))


def html(stage: Stage, now: float) -> str:
    """Everything below the controls, without the table."""
    if not stage.scenes:
        return banner(stage)
    cards = "".join(fact(*card) for card in words.facts(stage, now))
    formula = escape(words.formula(stage))
    return (
        f'{banner(stage)}<div class="flow"><div class="wide">{theatre(stage, now).markup()}</div>'
        f'<div class="side">{cards}</div></div>{legend()}<div class="formula" role="math">{formula}</div>'
    )


def still(stage: Stage, now: float) -> Figure:
    """The same without a kernel."""
    said = words.summary(stage, now)
    if not stage.scenes:
        return Figure(banner(stage), said)
    lines = [f"{a}: {b} ({n})" for a, b, n in words.facts(stage, now)]
    lines.append(words.formula(stage))
    picture = stack([theatre(stage, now), paragraphs(lines, WIDTH)], _("Batching theatre"), said)
    twin = folded(_("The same as a table"), table(stage))
    return Figure(html(stage, now) + twin, said, picture)


def first_picture() -> Picture:
    """The end of the two runs that the widget opens with."""
    first = stage(Setting())
    return still(first, first.end).picture
