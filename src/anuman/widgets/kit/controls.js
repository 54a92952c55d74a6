// The controls beside a picture, built from the panel that Python describes; every message carries values.
const spoken = (value, lang) =>
  new Intl.NumberFormat(lang === "hi" ? "hi-IN-u-nu-latn" : "en", { maximumSignificantDigits: 12 }).format(value);

class Controls {
  constructor(model, host, foot, post, phrase, signal) {
    Object.assign(this, { model, host, foot, post, phrase, signal, made: new Map() });
    this.id = `anuman-${Math.random().toString(36).slice(2, 9)}`;
    this.build = this.build.bind(this);
    this.update = this.update.bind(this);
    model.on("change:panel", this.build);
    model.on("change:values", this.update);
    this.build();
  }

  close() { this.model.off("change:panel", this.build); this.model.off("change:values", this.update); }

  /** All values, as they stand in the fields now: a button's message carries them. */
  values() {
    return Object.fromEntries([...this.made].filter(([, c]) => c.read).map(([name, c]) => [name, c.read()]));
  }

  /** What was sent and is not answered, or typed and not sent, stays in its field whatever else arrives. */
  sent(control) { control.pending = true; control.dirty = false; }

  set(name, value) {
    this.sent(this.made.get(name));
    this.post.send({ set: { [name]: value } }, `set:${name}`);
  }

  press(name) {
    for (const control of this.made.values()) this.sent(control);
    this.post.send({ press: name, values: this.values() });
  }

  settled() {
    for (const control of this.made.values()) control.pending = false;
    this.update();
  }

  /** Build the panel; where only options, stops or ticks have changed, the fields and the focus stay. */
  build() {
    const specs = this.model.get("panel"), frame = JSON.stringify(specs.map(s => ({ ...s, options: 0, stops: 0, ticks: 0 })));
    if (frame === this.frame) {
      for (const spec of specs) {
        const control = this.made.get(spec.name);
        if (JSON.stringify(control.spec) !== JSON.stringify(spec)) { control.spec = spec; control.offer?.(spec); }
      }
      return this.update();
    }
    this.frame = frame;
    const open = this.host.querySelector(".more")?.open;
    this.host.replaceChildren();
    this.foot.replaceChildren();
    this.made.clear();
    const places = {
      main: () => part(this.host, "main"),
      tries: () => { const row = part(this.host, "tries"); part(row, "", "span").textContent = this.phrase("try"); return row; },
      more: () => { const more = part(this.host, "more", "details"); part(more, "", "summary").textContent = this.phrase("more"); more.open = open || false; return part(more, "grid"); },
      foot: () => this.foot,
      form: () => part(this.host, "form"),
    };
    const grouped = (place, words) => {
      const group = part(place, "", "fieldset");
      part(group, "", "legend").textContent = words;
      return part(group, "line");
    };
    const found = {};
    for (const spec of specs) {
      let place = found[spec.place] ||= places[spec.place]();
      if (spec.group) place = found[spec.group] ||= grouped(place, spec.group);
      const block = part(place, `control ${spec.kind}`);
      const control = this[`make_${spec.kind}`](block, spec, `${this.id}-${spec.name}`);
      this.made.set(spec.name, Object.assign(control, { block, spec }));
      for (const field of control.fields) if (field.type !== "range") this.on(field, "input", () => { control.dirty = true; });
      if (control.offer) control.offer(spec);
    }
    this.update();
  }

  update() {
    const values = this.model.get("values");
    for (const [name, control] of this.made) {
      const now = values[name];
      if (!now) continue;
      control.block.hidden = Boolean(now.hidden);
      for (const field of control.fields) field.disabled = Boolean(now.disabled);
      if (control.write && !control.pending && !control.dirty) control.write(now.value, now);
      if (control.problem) {
        control.problem.textContent = now.problem || "";
        control.fields.forEach(f => now.problem ? f.setAttribute("aria-invalid", "true") : f.removeAttribute("aria-invalid"));
      }
    }
  }

  on(field, name, act) { field.addEventListener(name, act, { signal: this.signal }); }

  /** What was typed counts on Enter, too: JupyterLab keeps that key from becoming a change. */
  typed(field, act) {
    this.on(field, "change", act);
    this.on(field, "keydown", event => { if (event.key === "Enter") act(); });
  }

  label(block, spec, id, tag = "label") {
    const label = part(block, "name", tag);
    label.textContent = spec.label;
    if (tag === "label") label.htmlFor = id;
    return label;
  }

  make_choice(block, spec, id) {
    this.label(block, spec, id);
    const field = part(block, "", "select");
    field.id = id;
    this.on(field, "change", () => this.set(spec.name, Number(field.value)));
    const offer = ({ options }) => field.replaceChildren(...options.map((words, i) => new Option(words, String(i))));
    return { fields: [field], offer, write: v => { field.value = String(v); }, read: () => Number(field.value) };
  }

  make_segments(block, spec, id) {
    block.setAttribute("role", "radiogroup");
    block.setAttribute("aria-label", spec.label);
    this.label(block, spec, id, "span");
    const row = part(block, "line");
    const fields = spec.options.map((words, i) => {
      const label = part(row, "segment", "label"), field = part(label, "", "input");
      Object.assign(field, { type: "radio", name: id, value: String(i) });
      part(label, "", "span").textContent = words;
      this.on(field, "change", () => this.set(spec.name, i));
      return field;
    });
    return { fields, write: v => fields.forEach((f, i) => { f.checked = i === v; }), read: () => fields.findIndex(f => f.checked) };
  }

  make_amount(block, spec, id) {
    this.label(block, spec, id);
    const row = part(block, "line"), box = part(row, "", "input");
    Object.assign(box, { id, type: "text", inputMode: "decimal", autocomplete: "off" });
    if (spec.unit) part(row, "unit", "span").textContent = spec.unit;
    const fields = [box], lang = this.model.get("language");
    let slider = null, shown = "", stops = [];
    const nearest = v => stops.reduce((best, s, i) => Math.abs(s - v) < Math.abs(stops[best] - v) ? i : best, 0);
    const say = v => slider && slider.setAttribute("aria-valuetext", `${spoken(v, lang)} ${spec.unit}`.trim());
    if (spec.stops) {
      slider = part(part(row, "slide"), "", "input");
      Object.assign(slider, { type: "range", min: 0, step: 1 });
      slider.setAttribute("aria-label", `${spec.label}: ${this.phrase("slider")}`);
      fields.push(slider);
      this.on(slider, "input", () => {
        const value = stops[slider.value];
        box.value = shown = spoken(value, lang);
        say(value);
        this.set(spec.name, value);
      });
    }
    const offer = spec => {
      if (!slider) return;
      stops = spec.stops;
      slider.max = stops.length - 1;
      for (const old of slider.parentNode.querySelectorAll(".tick")) old.remove();
      for (const [value, words] of spec.ticks) {
        const tick = part(slider.parentNode, "tick", "button");
        tick.type = "button";
        tick.textContent = words;
        tick.style.setProperty("--at", nearest(value) / (stops.length - 1));
        this.on(tick, "click", () => this.set(spec.name, value));
      }
    };
    const typed = () => { if (box.value !== shown) { shown = box.value; this.set(spec.name, box.value); } };
    this.typed(box, typed);
    const problem = part(block, "problem", "span");
    problem.id = `${id}-problem`;
    box.setAttribute("aria-describedby", problem.id);
    return {
      fields, problem, offer, read: () => box.value,
      write: (v, now) => {
        if (!now.problem) box.value = shown = spoken(v, lang);
        if (slider) { slider.value = nearest(v); say(v); }
      },
    };
  }

  /** An amount that can be played: no faster than the kernel answers. */
  make_steps(block, spec, id) {
    const control = this.make_amount(block, spec, id), [box, slider] = control.fields;
    const row = part(block, "line"), button = part(row, "", "button"), speed = part(row, "", "select");
    button.type = "button";
    speed.setAttribute("aria-label", this.phrase("speed"));
    for (const times of [0.5, 1, 2, 4]) speed.add(new Option(`${times} ×`, String(times), times === 1, times === 1));
    let timer = 0;
    const stop = () => { clearInterval(timer); timer = 0; button.textContent = this.phrase("play"); };
    const step = () => {
      if (!this.post.idle) return;
      const at = Number(slider.value);
      if (at >= Number(slider.max) || !block.isConnected) return stop();
      slider.value = at + 1;
      slider.dispatchEvent(new Event("input"));
    };
    const play = () => { timer = setInterval(step, spec.frame_ms / Number(speed.value)); button.textContent = this.phrase("pause"); };
    this.on(button, "click", () => {
      if (timer) return stop();
      if (slider.value === slider.max) { slider.value = 0; slider.dispatchEvent(new Event("input")); }
      play();
    });
    this.on(speed, "change", () => { if (timer) { clearInterval(timer); play(); } });
    this.signal.addEventListener("abort", stop);
    stop();
    return { ...control, fields: [box, slider, button, speed] };
  }

  make_toggle(block, spec, id) {
    const field = part(block, "", "input");
    Object.assign(field, { id, type: "checkbox" });
    this.label(block, spec, id);
    this.on(field, "change", () => this.set(spec.name, field.checked));
    return { fields: [field], write: v => { field.checked = v; }, read: () => field.checked };
  }

  make_button(block, spec) {
    const field = part(block, spec.primary ? "primary" : "", "button");
    field.type = "button";
    field.textContent = spec.label;
    if (spec.hint) field.title = spec.hint;
    this.on(field, "click", () => this.press(spec.name));
    return { fields: [field], write: v => { if (v) field.textContent = v; } };
  }

  make_text(block, spec, id) {
    this.label(block, spec, id);
    const field = part(block, "", spec.rows > 1 ? "textarea" : "input");
    field.id = id;
    if (spec.rows === 1) field.type = "text";
    field.autocomplete = "off";
    if (spec.rows > 1) field.rows = spec.rows;
    if (spec.unit) part(block, "unit", "span").textContent = spec.unit;
    const problem = part(block, "problem", "span");
    problem.id = `${id}-problem`;
    field.setAttribute("aria-describedby", problem.id);
    let shown = null;
    const send = () => { if (field.value !== shown) { shown = field.value; this.set(spec.name, field.value); } };
    spec.rows > 1 ? this.on(field, "change", send) : this.typed(field, send);
    return { fields: [field], problem, write: v => { field.value = shown = v; }, read: () => field.value };
  }

  make_bar(block, spec, id) {
    const words = this.label(block, spec, id), bar = part(block, "", "progress");
    bar.id = id;
    bar.max = 1;
    return { fields: [], write: ([value, said]) => { bar.value = value; words.textContent = said; } };
  }
}
