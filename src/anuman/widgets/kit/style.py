"""Colours, type and boxes of the course: one look in JupyterLab's light and dark theme and outside it."""

from html import escape

from anuman.language import language

# A bare Linux has no Devanagari in its default font, so every likely one is named.
FONTS = (
    "var(--jp-ui-font-family, system-ui, sans-serif), 'Noto Sans Devanagari', 'Nirmala UI', "
    "'Kohinoor Devanagari', Mangal, 'Lohit Devanagari', sans-serif"
)
INK = "var(--jp-ui-font-color1, #222)"
PAPER = "var(--jp-layout-color0, #fff)"
RULE = "var(--jp-border-color2, #d0d0d0)"

# One colour for one role through the whole course, in pictures, words and formulas: on its paper each has
# a contrast of 4.5 at least, and no two that meet look alike to colour-blind eyes. Role: (light, dark paper).
ROLES = {
    "compute": ("#0a62bd", "#5aa9ff"),
    "memory": ("#932400", "#e8743b"),
    "weights": ("#9e6a00", "#ffe27a"),
    "kv": ("#6b1f72", "#d08cc6"),
    "network": ("#1b7280", "#5fd0dd"),
    "measured": ("#2b7d54", "#35bf8c"),
    "users": ("#2b1d80", "#dccbff"),
    "money": ("#4a4a32", "#c4cbb0"),
}


def _role(name: str) -> str:
    return f"var(--anuman-{name}, {ROLES[name][0]})"


COMPUTE = _role("compute")  # arithmetic, FLOP/s, prefill
MEMORY = _role("memory")  # bytes moved, bandwidth, decode
WEIGHTS = _role("weights")  # bytes of weights that lie somewhere
KV_CACHE = _role("kv")  # bytes of keys and values
NETWORK = _role("network")  # links between chips
MEASURED = _role("measured")  # what was measured, here or by others
USERS = _role("users")  # requests, waiting, people
MONEY = _role("money")  # dollars and joules
OTHER = USERS
SERIES = (COMPUTE, MEMORY, MEASURED, KV_CACHE)
GHOST = "var(--anuman-ghost, #767676)"  # the state before

DARK = (
    'body[data-jp-theme-light="false"] .anuman { --anuman-ghost: #9a9a9a; '
    + " ".join(f"--anuman-{name}: {dark};" for name, (_light, dark) in ROLES.items())
    + " }"
)

SVG_CSS = f"""{DARK}
.anuman-svg text {{ font-family: {FONTS}; font-size: 13px; fill: {INK}; }}
.anuman-svg .title {{ font-size: 15px; font-weight: 600; }}
.anuman-svg .small {{ font-size: 12px; fill-opacity: .82; }}
.anuman-svg .strong {{ font-weight: 600; }}
.anuman-svg .on {{ fill: {PAPER}; fill-opacity: 1; }}
.anuman-svg .halo {{ paint-order: stroke; stroke: {PAPER}; stroke-width: 4px; stroke-linejoin: round; }}"""

# The doubled class outweighs JupyterLab's own rules for tables (.jp-RenderedHTMLCommon td).
HTML_CSS = f"""{DARK}
.anuman {{ font-family: {FONTS}; font-size: 15px; line-height: 1.55; color: {INK}; }}
.anuman * {{ box-sizing: border-box; }}
.jp-RenderedHTMLCommon:has(> .anuman) {{ font-size: 0; }}
.anuman .drawn[hidden] {{ display: block; }}
.anuman .undrawn {{ display: none; }}
.widget-html-content:has(> .anuman) {{ min-width: 0; }}
.anuman .card {{ background: {PAPER}; border: 1px solid {RULE}; border-radius: 10px; padding: 18px 22px; max-width: 980px; margin: 6px 0; }}
@media (max-width: 900px) {{ .anuman .card {{ padding: 12px 14px; }} }}
.anuman h3, .anuman h4 {{ font-size: 18px; line-height: 1.35; font-weight: 600; margin: 0 0 6px; color: inherit; }}
.anuman :is(h4, h3.minor) {{ font-size: 15px; margin: 14px 0 4px; }}
.anuman p {{ margin: 0 0 10px; max-width: 70ch; }}
.anuman :is(.role-compute, .role-memory, .role-weights, .role-kv, .role-network, .role-measured, .role-users, .role-money) {{ font-weight: 600; }}
{" ".join(f".anuman .role-{name} {{ color: {_role(name)}; }}" for name in ROLES)}
.anuman p.ask {{ margin: 24px 0 0; }}
.anuman .quiet {{ font-size: 13px; opacity: .82; overflow-wrap: anywhere; }}
.anuman .flow {{ display: flex; flex-wrap: wrap; gap: 14px; align-items: stretch; }}
.anuman .wide {{ flex: 3 1 430px; min-width: 0; }}
.anuman .side {{ flex: 1 1 210px; display: flex; flex-wrap: wrap; gap: 12px; align-content: stretch; }}
.anuman .fact {{ flex: 1 1 185px; display: flex; flex-direction: column; justify-content: center; border: 1px solid {RULE}; border-radius: 10px; padding: 12px 16px; }}
.anuman .fact b {{ display: block; font-size: 24px; line-height: 1.25; font-weight: 600; }}
.anuman .fact span {{ font-size: 13px; opacity: .85; }}
.anuman .fact small {{ display: block; font-size: 13px; margin-top: 4px; }}
.anuman .banner {{ border: 2px solid {MEMORY}; border-radius: 10px; padding: 10px 16px 2px; margin: 10px 0 12px; }}
.anuman .formula {{ overflow-x: auto; padding: 12px 16px; border: 1px solid {RULE}; border-radius: 10px; margin: 12px 0 0; line-height: 2.6; }}
.anuman .formula div + div {{ margin-top: 10px; }}
.anuman .term {{ white-space: nowrap; }}
@media (max-width: 600px) {{ .anuman .term {{ white-space: normal; }} }}
.anuman .ratio {{ display: inline-block; vertical-align: middle; text-align: center; line-height: 1.5; margin: 0 .3em; }}
.anuman .ratio span {{ display: block; padding: 0 .3em; }}
.anuman .ratio span:first-child {{ border-bottom: 1px solid currentColor; }}
.anuman mark {{ background: none; color: inherit; font-weight: 600; border-bottom: 3px solid {MEMORY}; }}
.anuman blockquote {{ border-left: 4px solid {MEMORY}; margin: 12px 0; padding: 2px 0 2px 16px; }}
.anuman.anuman table {{ border-collapse: collapse; table-layout: auto; margin: 8px 0; font-size: 14px; font-variant-numeric: tabular-nums; color: inherit; border: 0; }}
.anuman.anuman caption {{ text-align: left; font-weight: 600; padding: 4px 0 8px; color: inherit; }}
.anuman.anuman th, .anuman.anuman td {{ text-align: left; vertical-align: top; padding: 6px 18px 6px 0; border: 0; border-bottom: 1px solid {RULE}; background: none; white-space: nowrap; }}
.anuman.anuman th {{ white-space: normal; }}
.anuman.anuman td.long {{ white-space: normal; min-width: 24ch; max-width: 62ch; }}
.anuman.anuman td.number, .anuman.anuman th.number {{ text-align: right; }}
.anuman.anuman thead th {{ font-weight: 600; }}
.anuman.anuman tbody tr, .anuman.anuman tbody tr:nth-child(n) {{ background: none; }}
.anuman ul {{ margin: 0 0 10px; padding-left: 20px; }}
.anuman .scroll {{ overflow-x: auto; }}
.anuman details {{ margin-top: 10px; }}
.anuman summary {{ cursor: pointer; font-size: 14px; }}
.anuman.anuman a {{ color: inherit; text-decoration: underline; text-underline-offset: .22em; }}
.anuman svg {{ width: 100%; max-width: 680px; height: auto; display: block; margin: 0 0 6px; }}
.anuman .flow + :is(svg, .drawn) {{ margin-top: 16px; }}"""

STYLE = f"<style>{HTML_CSS}\n{SVG_CSS.removeprefix(DARK)}</style>"


def box(content: str, card: bool = True) -> str:
    """Wrap HTML in the course's look; with its style, so that it can stand alone."""
    return STYLE + unstyled(content, card)


def unstyled(content: str, card: bool = False) -> str:
    """The same for a place whose style is there already: a new style costs the browser a whole page."""
    return f'<div class="anuman" lang="{language()}"><div class="{"card" if card else ""}">{content}</div></div>'


def fact(label: str, value: str, note: str = "") -> str:
    """A number card: what it is, the number, what it means. Plain texts."""
    small = f"<small>{escape(note)}</small>" if note else ""
    return f'<div class="fact"><span>{escape(label)}</span><b>{escape(value)}</b>{small}</div>'
