// A view of HTML and SVG that moves from each state to the next. Python writes the markup; marks carry data-key.
const SVG = "http://www.w3.org/2000/svg";
const MOVE_MS = 250, DRAG_MS = 60, SAY_MS = 600, SILENCE_MS = 4000, IN_FLIGHT = 2;
const TAGS = new Set(
  ("svg g defs path rect circle ellipse line polyline polygon text tspan title desc clipPath pattern " +
   "div span p b i em strong small br hr h3 h4 h5 ul ol li dl dt dd table caption thead tbody tr th td " +
   "details summary section article blockquote mark a code pre sup sub").split(" "));
const MOVED = new Set("x y width height cx cy r rx ry x1 x2 y1 y2 d points transform opacity".split(" "));
const NUMBER = /-?\d*\.?\d+(?:e[-+]?\d+)?/gi;
// In words a number stands alone: neither H100 nor Llama-3.1-8B nor 1,234 is counted through.
const WORD_NUMBER = /(?<![\p{L}\d.,/-])\d+(?:\.\d+)?(?![\p{L}\d,/-]|\.\d)/gu;

// A page may ask for slower moves: <html data-anuman-move="3000">, for a projector or a test.
const pace = () => Number(document.documentElement.dataset.anumanMove) || MOVE_MS;
const still = () => document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The markup as an element, without anything that could act or fetch; throws on malformed markup. */
function parse(markup) {
  const page = new DOMParser().parseFromString(
    `<div xmlns="http://www.w3.org/1999/xhtml">${markup}</div>`, "application/xhtml+xml");
  const error = page.querySelector("parsererror");
  if (error) throw new Error(error.textContent.split("\n")[0]);
  clean(page.documentElement);
  return page.documentElement;
}

function clean(parent) {
  for (const child of [...parent.children]) {
    if (!TAGS.has(child.localName)) { child.remove(); continue; }
    if (child.localName === "title" && parent.localName !== "svg") {  // ours appears at once, on focus too
      parent.setAttribute("data-tip", child.textContent);
      child.remove();
      continue;
    }
    for (const { name, value } of [...child.attributes]) {
      const link = name === "href" && (value.startsWith("#") || (child.localName === "a" && !/^\s*[a-z]*script:|^\s*data:/i.test(value)));
      if (/^on|^src|href$|^form|^xlink:|^xml:/i.test(name) ? !link : /url\(\s*['"]?(?!#)/i.test(value)) child.removeAttribute(name);
    }
    clean(child);
  }
}

/** Moves attributes and numbers in texts; one loop for all, the last frame writes Python's exact text. */
class Mover {
  constructor() { this.moves = new Map(); this.ms = MOVE_MS; this.frame = 0; }

  write(node, name, text) { name ? node.setAttribute(name, text) : (node.nodeValue = text); }

  set(node, name, text) {
    const own = this.moves.get(node), running = own && own.get(name);
    if (running && running.text === text) return;
    if (running) own.delete(name);
    const now = name ? node.getAttribute(name) : node.nodeValue;
    if (now === text) return;
    const pattern = name ? NUMBER : WORD_NUMBER;
    if (!this.ms || now === null || now.replace(pattern, "#") !== text.replace(pattern, "#") || !text.match(pattern))
      return this.write(node, name, text);
    const [from, to] = [now, text].map(t => t.match(pattern).map(Number));
    const digits = name ? to.map(() => 2) : text.match(pattern).map(n => (n.split(".")[1] || "").length);
    if (!own) this.moves.set(node, new Map());
    this.moves.get(node).set(name, { text, from, to, digits, parts: text.split(pattern), start: performance.now(), ms: this.ms });
    if (!this.frame) this.frame = requestAnimationFrame(() => this.step());
  }

  step() {
    const now = performance.now();
    for (const [node, own] of this.moves) {
      for (const [name, move] of own) {
        const part = Math.min(1, (now - move.start) / move.ms);
        if (part === 1 || !node.isConnected) { this.write(node, name, move.text); own.delete(name); continue; }
        const eased = 1 - (1 - part) ** 3;
        let text = move.parts[0];
        for (let i = 0; i < move.to.length; i++)
          text += (move.from[i] + (move.to[i] - move.from[i]) * eased).toFixed(move.digits[i]) + move.parts[i + 1];
        this.write(node, name, text);
      }
      if (!own.size) this.moves.delete(node);
    }
    this.frame = this.moves.size ? requestAnimationFrame(() => this.step()) : 0;
  }
}

const fades = new WeakMap();  // mark -> the animation of its leaving

function fadeIn(mark, ms) { mark.animate([{ opacity: 0 }, { opacity: 1 }], ms); }

function leave(node, ms) {
  if (!ms || node.namespaceURI !== SVG || node.localName === "svg") return node.remove();
  if (fades.has(node)) return;
  const fade = node.animate([{ opacity: 1 }, { opacity: 0 }], { duration: ms, fill: "forwards" });
  fades.set(node, fade);
  fade.onfinish = () => node.remove();
}

function revive(node) {
  const fade = fades.get(node);
  if (fade) { fade.onfinish = null; fade.cancel(); fades.delete(node); }
}

/** Tag and key of each child; those without a key are counted. */
function* named(parent) {
  const counts = {};
  for (const child of [...parent.childNodes]) {
    if (fades.has(child) && !child.dataset.key) continue;
    // Not nodeName: what was parsed as XML says "div" where the page says "DIV".
    const kind = child.localName || "#text", key = child.dataset && child.dataset.key;
    yield [key ? `${kind}:${key}` : `${kind}#${counts[kind] = (counts[kind] || 0) + 1}`, child];
  }
}

/** Make `old` what `next` is, keeping every element that stays: focus, scroll and hover stay with it. */
function patch(old, next, mover, held) {
  if (old === held) { held.next = next; }
  for (const { name } of [...old.attributes])
    if (!next.hasAttribute(name) && !(name === "open" && old.localName === "details")) old.removeAttribute(name);
  for (const { name, value } of next.attributes) {
    if (old === held && name === "transform") continue;  // it follows the hand
    if (MOVED.has(name) && old.namespaceURI === SVG) mover.set(old, name, value);
    else if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
  }
  const before = new Map(named(old)), gone = new Set(before.values());
  let place = old.firstChild;
  for (const [name, child] of named(next)) {
    let node = before.get(name);
    if (node) {
      gone.delete(node);
      revive(node);
      child.nodeType === 1 ? patch(node, child, mover, held) : mover.set(node, "", child.nodeValue);
    } else {
      node = document.importNode(child, true);
      if (mover.ms && node.namespaceURI === SVG && node.localName !== "svg") fadeIn(node, mover.ms);
    }
    while (place && place !== node && (fades.has(place) || gone.has(place))) place = place.nextSibling;
    if (node === place) place = place.nextSibling;
    else old.insertBefore(node, place);
  }
  for (const node of gone) leave(node, mover.ms);
}

/** Messages to the kernel: two under way at most, of what waits only the latest of its kind. */
class Post {
  constructor(model, word) { Object.assign(this, { model, word, waiting: [], sent: 0, answered: 0 }); }

  send(message, kind) {
    const old = kind ? this.waiting.findIndex(w => w.kind === kind) : -1;
    if (old >= 0) this.waiting[old] = { message, kind }; else this.waiting.push({ message, kind });
    this.pump();
  }

  pump() {
    while (this.waiting.length && this.sent - this.answered < IN_FLIGHT) {
      const { message } = this.waiting.shift();
      try { this.model.send({ ...message, n: ++this.sent }); } catch { this.lost(); return; }
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.lost(), SILENCE_MS);
    }
  }

  lost() { this.answered = this.sent; this.waiting = []; this.settled(); this.word("gone"); }

  answer(message) {
    this.answered = Math.max(this.answered, message.n);
    if (this.answered >= this.sent) clearTimeout(this.timer);
    this.word("", message.error);
    this.pump();
    if (this.idle) this.settled();
  }

  get idle() { return this.answered >= this.sent && !this.waiting.length; }
}

/** The scale of a grip: data-scale="px0 v0 px1 v1 [log]" along data-axis, sliding on data-track. */
function scaleOf(grip) {
  const [p0, v0, p1, v1] = grip.dataset.scale.split(" ").map(Number), log = grip.dataset.scale.endsWith("log");
  const track = (grip.dataset.track || "").split(" ").filter(Boolean).map(p => p.split(",").map(Number));
  const across = grip.dataset.axis !== "y";
  const at = px => { const t = (px - p0) / (p1 - p0); return log ? v0 * (v1 / v0) ** t : v0 + (v1 - v0) * t; };
  const clamp = px => Math.min(Math.max(px, Math.min(p0, p1)), Math.max(p0, p1));
  const place = (px, here) => {  // the point of the track at this pixel
    if (track.length < 2) return across ? [px, here[1]] : [here[0], px];
    const [i, j] = across ? [0, 1] : [1, 0];
    let a = track[0], b = track[1];
    for (let k = 1; k < track.length; k++) { [a, b] = [track[k - 1], track[k]]; if (px <= Math.max(a[i], b[i])) break; }
    const t = b[i] === a[i] ? 0 : Math.min(1, Math.max(0, (px - a[i]) / (b[i] - a[i])));
    const other = a[j] + (b[j] - a[j]) * t;
    return across ? [px, other] : [other, px];
  };
  const step = (value, count) => {
    const by = Number(grip.dataset.step) || (log ? 10 ** (1 / 20) : (v1 - v0) / 50);
    const next = log ? value * by ** count : value + by * count;
    return Math.min(Math.max(next, Math.min(v0, v1)), Math.max(v0, v1));
  };
  return { at, clamp, place, step, across, ends: [v0, v1].sort((a, b) => a - b) };
}

/** Let a hand or keys move what carries data-grip. */
class Hand {
  constructor(host, post, phrase, tip, signal) {
    Object.assign(this, { host, post, phrase, tip, held: null });
    const on = (name, act) => host.addEventListener(name, act.bind(this), { signal });
    on("pointerdown", this.take); on("pointermove", this.move);
    on("pointerup", this.release); on("pointercancel", this.release); on("lostpointercapture", this.release);
    on("keydown", this.key);
  }

  take(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    grip.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
    this.held = grip;
    this.from = grip.getAttribute("transform");
    grip.classList.add("held");
  }

  move(event) {
    const grip = this.held;
    if (!grip) return;
    const scale = scaleOf(grip), point = new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(grip.parentNode.getScreenCTM().inverse());
    const wanted = scale.across ? point.x : point.y, px = scale.clamp(wanted);
    const here = (grip.getAttribute("transform") || "").match(NUMBER).map(Number);
    const [x, y] = scale.place(px, here);
    grip.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
    this.tip.show(grip, Math.abs(wanted - px) > 12 ? this.phrase("beyond") : grip.getAttribute("aria-valuetext"), [event.clientX, event.clientY - 14]);
    this.post.send({ drag: grip.dataset.grip, value: scale.at(px) }, "drag");
  }

  release() {
    const grip = this.held;
    if (!grip) return;
    this.held = null;
    grip.classList.remove("held");
    this.tip.hide();
    if (grip.next) grip.setAttribute("transform", grip.next.getAttribute("transform"));
    this.post.send({ drop: grip.dataset.grip }, "drop");
  }

  /** Back to where the last true picture has it: nobody answers. */
  let_go() {
    const grip = this.held;
    if (!grip) return;
    this.held = null;
    grip.classList.remove("held");
    grip.setAttribute("transform", grip.next ? grip.next.getAttribute("transform") : this.from);
    this.tip.hide();
  }

  key(event) {
    const grip = event.target.closest && event.target.closest("[data-grip]");
    if (!grip || event.ctrlKey || event.metaKey || event.altKey) return;
    const scale = scaleOf(grip), now = Number(grip.getAttribute("aria-valuenow"));
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
    const end = { Home: 0, End: 1 }[event.key];
    if (steps === undefined && end === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.post.send({ drag: grip.dataset.grip, value: steps ? scale.step(now, steps) : scale.ends[end], steps: steps || 0 }, "key");
    this.post.send({ drop: grip.dataset.grip }, "drop");
  }
}

/** The value of a mark, beside it, on hover and on focus; arrow keys walk through the marks of a picture. */
class Tip {
  constructor(host, say, signal) {
    this.box = document.createElement("div");
    this.box.className = "tip";
    this.box.hidden = true;
    this.host = host;
    host.append(this.box);
    const on = (name, act) => host.addEventListener(name, act, { signal });
    const shown = event => {
      const mark = event.target.closest && event.target.closest("[data-tip],[data-grip]");
      mark ? this.show(mark, mark.dataset.tip || mark.getAttribute("aria-valuetext")) : this.hide();
    };
    on("pointerover", shown); on("focusin", shown);
    on("pointerleave", () => this.hide()); on("focusout", () => this.hide());
    on("keydown", event => {
      const picture = event.target.closest && event.target.closest("svg[tabindex]");
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === "Escape") this.hide();
      if (!picture || picture !== event.target || !step) return;
      event.preventDefault();
      const marks = [...picture.querySelectorAll("[data-tip]")];
      if (!marks.length) return;
      const next = marks[(marks.indexOf(this.mark) + step + marks.length) % marks.length];
      this.show(next, next.dataset.tip);
      say(next.dataset.tip);
    });
  }

  /** Beside the mark, or beside `at` (where the pointer is: asking a moving mark for its place is slow). */
  show(mark, words, at) {
    if (!words) return this.hide();
    if (this.mark && this.mark !== mark) this.mark.classList.remove("shown");
    if (this.mark !== mark || !at) this.room = this.host.getBoundingClientRect();
    this.mark = mark;
    mark.classList.add("shown");
    this.box.textContent = words;
    this.box.hidden = false;
    if (!at) {
      const box = mark.getBoundingClientRect();
      at = [box.left + box.width / 2, box.top];
    }
    const x = at[0] - this.room.left, y = at[1] - this.room.top - 8;
    const side = x < 120 ? 0 : x > this.room.width - 120 ? -100 : -50;
    this.box.style.transform = `translate(${x.toFixed(0)}px,${y.toFixed(0)}px) translate(${side}%,-100%)`;
  }

  hide() {
    if (this.mark) this.mark.classList.remove("shown");
    this.mark = null;
    this.box.hidden = true;
  }
}

/** Says what has changed once things are quiet: only the sentences that are new. */
function speaker(region) {
  let timer = 0, said = new Set();
  const sentences = words => words.split(/(?<=[.!?।])\s+/).filter(Boolean);
  return {
    first(words) { said = new Set(sentences(words)); },
    later(words) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const all = sentences(words);
        region.textContent = all.filter(s => !said.has(s)).join(" ");
        said = new Set(all);
      }, SAY_MS);
    },
    now(words) { region.textContent = words; },
  };
}

function part(host, name, tag = "div") {
  const made = document.createElement(tag);
  made.className = name;
  host.append(made);
  return made;
}

function render({ model, el }) {
  const done = new AbortController(), signal = done.signal;
  el.classList.add("anuman", "anuman-live");
  // JupyterLab hears keys first. "a" on a grip must not add a cell; Ctrl+S saves, Shift+Enter runs, Escape leaves.
  window.addEventListener("keydown", event => {
    const lab = event.ctrlKey || event.metaKey || event.key === "Escape" || (event.shiftKey && event.key === "Enter");
    if (el.contains(event.target)) el.toggleAttribute("data-lm-suppress-shortcuts", !lab);
  }, { signal, capture: true });
  el.lang = model.get("language");
  const panel = part(el, "controls"), view = part(el, "view"), foot = part(el, "foot"), twin = part(el, "twin");
  const word = part(el, "word", "p"), region = part(el, "said");
  region.setAttribute("aria-live", "polite");
  word.setAttribute("role", "alert");
  word.hidden = true;
  const phrase = name => model.get("phrases")[name] || "";
  const voice = speaker(region);
  const tip = new Tip(el, voice.now, signal);
  const post = new Post(model, (name, error) => {
    const said = error || phrase(name);
    if (word.textContent !== said) word.textContent = said;
    word.hidden = !said;
    if (name === "gone") hand.let_go();
  });
  const hand = new Hand(el, post, phrase, tip, signal);
  const mover = new Mover();
  const controls = new Controls(model, panel, foot, post, phrase, signal);
  post.settled = () => controls.settled();
  const hide = document.createElement("style");  // the saved still gives way to this live one
  if (model.get("still")) hide.textContent = `[data-still="${model.get("still")}"], .jp-OutputArea-child:has([data-still="${model.get("still")}"]) { display: none !important; }`;
  el.append(hide);

  let drawn = 0, waiting = 0, first = true;
  const put = (target, name) => {
    try {
      patch(target, Object.assign(parse(model.get(name)), { className: target.className }), mover, hand.held);
    } catch (error) {
      console.warn(`anuman: the old picture stays, the new one is malformed: ${error.message}`);
    }
  };
  const draw = () => {
    waiting = 0;
    mover.ms = first || still() ? 0 : hand.held ? DRAG_MS : pace();
    put(view, "markup");
    put(twin, "twin");
    drawn = performance.now();
    if (tip.mark && !tip.mark.isConnected) tip.hide();
    first ? voice.first(model.get("words")) : voice.later(model.get("words"));
    first = false;
  };
  const changed = () => {  // at once, but once a frame at most
    if (waiting) return;
    if (performance.now() - drawn > 14) draw();
    else waiting = requestAnimationFrame(draw);
  };
  const heard = message => { if (message.answer) post.answer(message.answer); };
  model.on("change:markup", changed);
  model.on("change:twin", changed);
  model.on("change:words", changed);
  model.on("msg:custom", heard);
  draw();
  return () => {
    done.abort();
    controls.close();
    model.off("change:markup", changed);
    model.off("change:twin", changed);
    model.off("change:words", changed);
    model.off("msg:custom", heard);
  };
}

export default { render };
