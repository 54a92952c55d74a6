"""What widgets are made of: drawing, charts, live pictures that move and can be grasped, controls.

A central widget is a state (computed headless, in `scenes`), a view (that state as pictures, cards,
formula and table) and an `Explorer` (its controls, and what a hand may drag). All of one::

    from dataclasses import dataclass

    from anuman.widgets.kit.chart import Axis, Chart
    from anuman.widgets.kit.controls import amount, choice
    from anuman.widgets.kit.explorer import Explorer, Try
    from anuman.widgets.kit.style import NETWORK
    from anuman.widgets.kit.view import Formula, View

    @dataclass(frozen=True, kw_only=True)
    class Message:                                    # SI units: bytes, bytes/s, s
        size: float
        bandwidth: float
        latency: float = 1e-6

        @property
        def seconds(self) -> float:
            return self.latency + self.size / self.bandwidth

    def view(m, before=None):
        chart = Chart(                                # a fixed frame: nothing rescales under the eyes
            Axis(1, 1e12, "bytes", log=True), Axis(1e-6, 1e2, "seconds", log=True), "One message"
        )
        line = [(x, m.latency + x / m.bandwidth) for x in (1, 1e3, 1e6, 1e9, 1e12)]
        if before:                                    # the state before this gesture, in grey
            chart.ghost([(before.size, before.seconds)])
        chart.line(line, NETWORK, key="law")          # the same key moves, a new key fades in
        chart.grip(
            m.size, m.seconds, NETWORK, name="size", label="Bytes of the message", now=m.size,
            says=f"{m.size:g} bytes", values=(1, 1e12), track=line,
        )
        words = f"{m.size:g} bytes take {m.seconds:g} s."
        return View(
            title="One message", words=words, pictures=[chart.picture(words)],
            cards=[("Time", f"{m.seconds:g} s", "latency and bytes")],
            formula=Formula([["t = α + ", ("s", "W")], [f"= {m.seconds:g} s"]]),
            head=["bytes", "seconds"], rows=[(f"{m.size:g}", f"{m.seconds:g}")],
        )

    class Messages(Explorer):
        def __init__(self, gate=None):
            super().__init__()
            self.size = amount("Bytes", 1000, 1, 1e12, ticks={50_000: "latency = bytes"})
            self.bandwidth = choice("Link", [("NVLink", 450e9), ("network", 50e9)])
            self.on_drag("size", lambda size: setattr(self.size, "value", size), self.size.step)
            self.open_with(
                gate, main=[self.size], more=[self.bandwidth], tries=[Try("1 · a token", size=16384)]
            )

        @property
        def state(self):
            return Message(size=self.size.value, bandwidth=self.bandwidth.value)

        def view(self, state, before):
            return view(state, before)

Shown in a cell, it draws, moves in 250 ms, answers mouse, touch and keyboard, speaks its `words` to
screen readers, and leaves one still in the notebook's file. In tests `widget.markup` is what is shown,
`widget.size.value = 5` what a hand does, `widget.saved()` what the file keeps. Work that takes longer
than 5 ms is a `running.Running`. Every string that people read goes through `_("…")`; colours are the
roles of `style`: COMPUTE, MEMORY, WEIGHTS, KV_CACHE, NETWORK, MEASURED, USERS, MONEY.
"""
