"""How the batching theatre looks: a Gantt of slots, the KV memory, the waiting line, for each policy."""

import math

from anuman.language import _, number
from anuman.scenes.theatre import Scene, Setting, Stage, stage

from ..kit.chart import Axis
from ..kit.style import INK, KV_CACHE, MEMORY, RULE, USERS
from ..kit.svg import Picture, keyed, stack, text, text_width
from ..kit.view import Formula, View
from . import theatre_words as words

WIDTH = 560.0
LEFT, RIGHT = 62.0, WIDTH - 12
SHADES = (0.18, 0.30, 0.42)  # of neighbouring answers: quiet, for the empty seats are what matters
ENDS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)  # where the axis may end, times a power of ten
KV_HEIGHT = 40.0
MOST_KEYED = 60  # requests that are elements of their own


def axis_end(stage: Stage) -> float:
    """A round number of steps that holds both runs."""
    least = max(10, stage.end)
    power = 10.0 ** math.floor(math.log10(least))
    return next(m * power for m in ENDS if m * power >= least)


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
        """Bars: a request's answer quietly, a finished row that is kept loudly."""
        parts = []
        if len(self.scene.run) > MOST_KEYED:
            return self._many()
        for s in self.scene.run:
            if s.admitted_s >= self.now:
                continue
            y, key, name = (
                self.top + s.slot * self.row + 1,
                f"{self.scene.name}:{s.id}",
                str(s.id + 1),
            )
            start, stop = self.x(s.admitted_s), self.x(min(self.now, s.finish_s))
            says = _("request {name}: {tokens} tokens").format(
                name=name, tokens=number(s.output_tokens)
            )
            look = f"fill:{USERS};fill-opacity:{SHADES[s.id % len(SHADES)]};stroke:{USERS};stroke-width:1"
            parts.append(self._bar(key, start, stop, y, look, says))
            if stop - start > text_width(name, 11) + 4 and self.row >= 14:
                label = f'<text x="{(start + stop) / 2:.1f}" y="{y + self.row / 2 + 3:.1f}" text-anchor="middle" style="font-size:11px">{name}</text>'
                parts.append(keyed(f"{key}:name", label))
            free = self.x(min(self.now, self.scene.held_until(s)))
            if free > stop + 0.2:
                empty = _("empty: kept for {name}").format(name=name)
                look = f"fill:{MEMORY};stroke:{MEMORY};stroke-width:1"
                parts.append(self._bar(f"{key}:kept", stop, free, y, look, empty))
        return "".join(parts)

    def _many(self) -> str:
        """The same for so many requests that each as an element of its own would be slow."""
        answers, kept = dict.fromkeys(SHADES, ""), ""
        for s in self.scene.run:
            if s.admitted_s >= self.now:
                continue
            y = self.top + s.slot * self.row + 1
            start, stop = self.x(s.admitted_s), self.x(min(self.now, s.finish_s))
            answers[SHADES[s.id % len(SHADES)]] += (
                f"M{start:.0f} {y:.0f}H{stop:.0f}v{self.row - 2:.0f}H{start:.0f}z"
            )
            free = self.x(min(self.now, self.scene.held_until(s)))
            if free > stop + 0.2:
                kept += f"M{stop:.0f} {y:.0f}H{free:.0f}v{self.row - 2:.0f}H{stop:.0f}z"
        drawn = [
            f'<path d="{path}" style="fill:{USERS};fill-opacity:{shade};stroke:{USERS};stroke-width:1"/>'
            for shade, path in answers.items()
            if path
        ]
        return "".join(drawn) + (f'<path d="{kept}" style="fill:{MEMORY}"/>' if kept else "")

    def _bar(self, key: str, start: float, stop: float, y: float, look: str, says: str) -> str:
        bar = f'<rect x="{start:.1f}" y="{y:.1f}" width="{stop - start:.1f}" height="{self.row - 2:.1f}" style="{look}"><title>{says}</title></rect>'
        return keyed(key, bar)

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
            f'<path d="{path}" style="fill:{KV_CACHE};fill-opacity:.4;stroke:{KV_CACHE};stroke-width:1"/>'
            f'<path d="M{LEFT:.1f} {y:.1f}H{RIGHT:.1f}" style="stroke:{INK};stroke-dasharray:6 4"/>'
            + text(LEFT + 4, y - 5, label, "small halo")
        )

    def line(self, y: float) -> str:
        """Who waits now, first come first; those who do not fit are counted."""
        waiting = self.scene.waiting(self.now)
        said = _("waiting: {count}").format(count=number(len(waiting)))
        drawn = text(4, y + 13, said, "small", key="waiting")
        more = _("and {count} more")
        room = text_width(more.format(count=number(len(waiting))), 12) + 12
        x, shown = LEFT + 60, 0
        for s in waiting:
            name = str(s.id + 1)
            width = max(18.0, text_width(name, 11) + 8)
            if x + width > RIGHT - room:
                break
            box = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="17" rx="3" style="fill:none;stroke:{USERS};stroke-width:1.5"/>'
            label = f'<text x="{x + width / 2:.1f}" y="{y + 12.5:.1f}" text-anchor="middle" style="font-size:11px">{name}</text>'
            drawn += keyed(f"waits:{s.id}", box) + keyed(f"waits:{s.id}", label)
            x += width + 4
            shown += 1
        if shown < len(waiting):
            drawn += text(x + 4, y + 13, more.format(count=number(len(waiting) - shown)), "small")
        return drawn

    def axis(self, y: float) -> str:
        """Steps below everything."""
        drawn = f'<path d="M{LEFT:.1f} {y:.1f}H{RIGHT:.1f}" style="stroke:{INK}"/>'
        for tick in Axis(0, self.end, "").ticks(8):
            at = self.x(tick)
            side = "middle" if at < RIGHT - 14 else "end"
            drawn += text(at, y + 15, number(tick), "small", side, f"tick:{tick:g}")
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
        body = (
            text(4, 16, state, "title", key="state") + self.frame() + self.gantt() + self.memory(kv)
        )
        # The line of the present leaves the words between slots and memory alone.
        now = f'<path d="M{at:.1f} {self.top - 4:.1f}V{self.bottom:.1f}M{at:.1f} {kv:.1f}V{axis:.1f}" style="stroke:{INK};stroke-width:1.5"/>'
        body += keyed("now", now)
        body += self.axis(axis) + self.line(axis + 40)
        return Picture(body, WIDTH, axis + 70, state, state)


def theatre(stage: Stage, now: float) -> Picture:
    """Both policies, one above the other on one scale of time."""
    end = axis_end(stage)
    panels = [_Panel(scene, stage, now, end).picture() for scene in stage.scenes]
    return stack(panels, _("Batching theatre"), words.summary(stage, now))


def view(stage: Stage, now: float) -> View:
    """Everything that is shown of both policies at a moment."""
    title, said = _("Batching theatre"), words.summary(stage, now)
    if not stage.scenes:
        return View(title=title, words=said, pictures=[], problems=words.problems(stage))
    legend = _(
        "A bar is a request in its slot, from admission to its last token; its number stands in it. "
        "Dark: a seat that is kept although its answer is done."
    )
    return View(
        title=title,
        words=said,
        pictures=[theatre(stage, now)],
        cards=words.facts(stage, now),
        problems=words.problems(stage),
        formula=Formula([[words.formula(stage, now)]]),
        head=words.head(),
        rows=words.rows(stage),
        notes=[legend, _("All times in steps")],
        beside=True,
    )


def first_picture() -> Picture:
    """The end of the two runs that the widget opens with."""
    first = stage(Setting())
    return view(first, first.end).figure().picture
