// Draws the timeline of each table of contacts on the page. What comes from contacts is set as text only.

for (const root of document.querySelectorAll('.timeline')) timeline(root);

function timeline(root) {
  /** Rows beyond the visible ones that are drawn, and lines at most. */
  const MORE = 12, LINES = 400;
  /** Rows between two contacts from which on only the end of their line is drawn: many long ones hide each other. */
  const FAR = { transfer: 40, related: 8 };
  const find = (selector) => root.querySelector(selector);
  const [tools, work, scroller, tree, bars, axis, facts, status] =
    ['.tools', '.work', '.scroller', '.tree', '.bars', '.axis svg', '.facts', 'output'].map(find);
  const layer = bars.querySelector('g'), search = find('input[type="search"]');
  const table = find('table');
  const origin = Number(table.dataset.origin), length = Math.max(Number(table.dataset.length), 1);
  const { offset, civil } = zone(table);
  const headings = Array.from(table.tHead.rows[0].cells, (cell) => cell.textContent);

  const contacts = readContacts(table);
  const byId = new Map(contacts.toReversed().map((contact) => [contact.id, contact]));

  const collapsed = new Set();
  let from = 0, to = 1; // The part of the time that is shown.
  let shown = [], position = []; // Contacts from top to bottom, and the place of each in that.
  let matching = contacts.length, isFiltered = false, dim = new Set();
  let chosen = contacts.find((contact) => contact.asked) ?? contacts[0];
  let rowHeight = 28, width = 0, frame = 0;
  let drawnFrom = -1, drawnTo = -1;

  // What is shown

  function matches(contact, words, channels, onlyNotes) {
    if (!channels.has(contact.channel) || (onlyNotes && !contact.notes)) return false;
    contact.text ??= contact.row.textContent.toLowerCase();
    return words.every((word) => contact.text.includes(word));
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const boxes = [...tools.querySelectorAll('input[type="checkbox"]')];
    const channels = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const onlyNotes = find('[data-do="notes"]')?.ariaPressed === 'true';
    isFiltered = words.length > 0 || onlyNotes || channels.size < boxes.length;
    const kept = new Set();
    dim = new Set();
    matching = 0;
    for (const contact of contacts) {
      if (isFiltered && !matches(contact, words, channels, onlyNotes)) continue;
      matching += 1;
      kept.add(contact.place);
      dim.delete(contact.place);
      for (let up = contact.up; up >= 0 && isFiltered; up = contacts[up].up) {
        // What was searched for is not to be hidden in a branch.
        if (words.length > 0 || onlyNotes) collapsed.delete(up);
        if (kept.has(up)) break;
        kept.add(up);
        dim.add(up);
      }
    }
    list(kept);
  }

  let keptLast = new Set();
  function list(kept = keptLast) {
    keptLast = kept;
    shown = [];
    position = new Int32Array(contacts.length).fill(-1);
    let hiddenBelow = -1;
    for (const contact of contacts) {
      if (hiddenBelow >= 0 && contact.level > hiddenBelow) continue;
      hiddenBelow = -1;
      if (!kept.has(contact.place)) continue;
      position[contact.place] = shown.length;
      shown.push(contact);
      if (collapsed.has(contact.place)) hiddenBelow = contact.level;
    }
    while (chosen && position[chosen.place] < 0 && chosen.up >= 0) chosen = contacts[chosen.up];
    tree.style.height = `${shown.length * rowHeight}px`;
    say(isFiltered ? `${matching} of ${contacts.length} match` : '');
    redraw(true);
  }

  function fold(contact, isCollapsed) {
    if (!contact.children) return;
    if (isCollapsed) collapsed.add(contact.place);
    else collapsed.delete(contact.place);
    list();
    say(isCollapsed ? `${contact.below} hidden` : '');
  }

  function say(text) {
    status.textContent = text;
  }

  // Drawing

  function redraw(isNew = false) {
    if (isNew) drawnFrom = -1;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  }

  function draw() {
    const top = scroller.scrollTop, height = scroller.clientHeight;
    const first = Math.floor(top / rowHeight), last = Math.ceil((top + height) / rowHeight);
    if (drawnFrom < 0 || first < drawnFrom || Math.min(last, shown.length) > drawnTo) {
      drawnFrom = Math.max(first - MORE, 0);
      drawnTo = Math.min(last + MORE, shown.length);
      drawRows();
    }
    drawBars();
    drawAxis();
  }

  function drawRows() {
    tree.replaceChildren(...shown.slice(drawnFrom, drawnTo).map((contact, index) => {
      const fold = element('span', 'fold');
      fold.ariaHidden = 'true';
      if (contact.children) fold.textContent = collapsed.has(contact.place) ? '▸' : '▾';
      const text = element('span', 'text', ...contact.row.cells[0].cloneNode(true).childNodes);
      const name = element('span', 'name', fold, swatch(contact.channel), text);
      const indent = rowHeight > 30 ? 7 : 13;
      name.style.paddingInlineStart = `${6 + indent * Math.min(contact.level, rowHeight > 30 ? 5 : 9)}px`;
      if (collapsed.has(contact.place)) name.append(element('span', 'count', `+${contact.below}`));
      if (contact.notes) name.append(element('span', 'alarm', '⚠'));
      const row = element('div', 'row', name);
      row.id = `contact-row-${contact.place}`;
      row.dataset.place = contact.place;
      row.role = 'treeitem';
      row.ariaLevel = contact.level + 1;
      row.ariaSetSize = contact.up < 0 ? -1 : contacts[contact.up].children;
      if (contact.children) row.ariaExpanded = String(!collapsed.has(contact.place));
      row.ariaSelected = String(contact === chosen);
      const notes = contact.notes ? `, ${contact.notes} with notes` : '';
      row.ariaLabel = `${text.textContent}, ${contact.beside}${notes}${contact.asked ? ', asked for' : ''}`;
      row.style.top = `${(drawnFrom + index) * rowHeight}px`;
      row.classList.toggle('even', (drawnFrom + index) % 2 === 1);
      row.classList.toggle('asked', contact.asked);
      row.classList.toggle('chosen', contact === chosen);
      row.classList.toggle('dim', dim.has(contact.place));
      return row;
    }));
    if (chosen && position[chosen.place] >= drawnFrom && position[chosen.place] < drawnTo) {
      tree.setAttribute('aria-activedescendant', `contact-row-${chosen.place}`);
    } else {
      tree.removeAttribute('aria-activedescendant');
    }
  }

  /** Pixels from the left of the bars; what is far outside is cut, since browsers count them in few digits. */
  function x(place) {
    return Math.min(Math.max(((place - from) / (to - from)) * width, -1e5), 1e5);
  }

  function y(place) {
    return (place - drawnFrom) * rowHeight;
  }

  function drawBars() {
    bars.style.top = `${drawnFrom * rowHeight}px`;
    bars.style.height = `${(drawnTo - drawnFrom) * rowHeight}px`;
    const drawing = document.createDocumentFragment();
    const bottom = (drawnTo - drawnFrom) * rowHeight;
    for (const tick of ticks().list) drawing.append(shape('path', { class: 'grid', d: `M${x(tick).toFixed(1)} 0V${bottom}` }));
    let lines = 0;
    for (const contact of contacts) {
      if (lines > LINES) break;
      lines += drawLine(drawing, contact, contact.up, contact.link === 'transfer') ? 1 : 0;
      lines += drawLine(drawing, contact, contact.related, false) ? 1 : 0;
    }
    for (let place = drawnFrom; place < drawnTo; place++) drawBar(drawing, shown[place], y(place));
    layer.replaceChildren(drawing);
  }

  function drawLine(drawing, contact, up, isTransfer) {
    const [upper, lower] = [up < 0 ? -1 : position[up], position[contact.place]];
    if (upper < 0 || lower < 0 || Number.isNaN(contact.start)) return false;
    const isFar = Math.abs(upper - lower) > (isTransfer ? FAR.transfer : FAR.related);
    const [first, last] = isFar ? [lower, lower] : [Math.min(upper, lower), Math.max(upper, lower)];
    if (last < drawnFrom || first >= drawnTo) return false;
    const at = x(contact.start), other = contacts[up];
    const isGap = !other.open && other.end < contact.start;
    const ended = isGap ? x(other.end) : at;
    if (at < -5 || ended > width + 5) return false;
    const down = lower > upper ? 1 : -1;
    const clip = (value) => Math.min(Math.max(value, -rowHeight), (drawnTo - drawnFrom + 1) * rowHeight);
    const end = clip(y(lower) + rowHeight / 2 - 8 * down);
    const begin = isFar ? end - rowHeight * down : clip(y(upper) + rowHeight / 2);
    if (isGap && !isFar) drawing.append(shape('path', { class: 'gap', d: `M${ended.toFixed(1)} ${begin}H${at.toFixed(1)}` }));
    const kind = isTransfer ? 'link' : 'link related';
    drawing.append(shape('path', { class: kind, d: `M${at.toFixed(1)} ${begin}V${end}` }));
    if (isTransfer) {
      drawing.append(shape('path', { class: 'head', d: `M${at - 3.5} ${end - 5 * down}L${at} ${end}L${at + 3.5} ${end - 5 * down}Z` }));
    }
    return true;
  }

  function drawBar(drawing, contact, top) {
    if (Number.isNaN(contact.start)) return;
    const rect = (kind, start, end, gap) => {
      const left = x(start), wide = Math.max(x(end) - left, 3);
      if (left > width + 5 || left + wide < -5) return;
      drawing.append(shape('rect', { class: kind, x: left.toFixed(1), y: top + gap, width: wide.toFixed(1), height: rowHeight - 2 * gap, rx: 2.5 }));
    };
    const rest = contact.parts.length ? ' rest' : '';
    rect(`bar ${contact.channel}${rest}${contact.open ? ' open' : ''}`, contact.start, contact.end, 7);
    let last = contact.end;
    for (const [kind, start, end] of contact.parts) {
      rect(`${contact.channel} ${kind}`, Number(start), Number(end), 7);
      last = Math.max(last, Number(end));
    }
    if (contact.notes) rect('alarmed', contact.start, contact.end, 4.5);
    const [left, right] = [x(contact.start), Math.max(x(last), x(contact.start) + 3)];
    if (left > width || right < 0) return;
    const wide = 6.6 * contact.beside.length + 12;
    let kind = 'beside', at = right + 7, anchor = 'start';
    if (right + wide > width) {
      if (left - wide > 0) [at, anchor] = [left - 7, 'end'];
      else [kind, at] = [contact.parts.length ? 'beside' : 'inside', Math.max(left, 0) + 8];
    }
    drawing.append(shape('text', { class: kind, x: at.toFixed(1), y: top + rowHeight / 2 + 4, 'text-anchor': anchor }, contact.beside));
  }

  // The time axis

  function ticks() {
    const [begin, end] = [origin + from * length, origin + to * length];
    const { step, list } = ticksBetween(begin, end, offset(begin), Math.max(Math.floor(width / 85), 2));
    return { step, list: list.map((at) => (at - origin) / length) };
  }

  function drawAxis() {
    const drawing = document.createDocumentFragment();
    const { step, list } = ticks();
    for (const tick of list) {
      const [day, time] = civil(Math.round(origin + tick * length));
      const label = time === '00:00:00' ? day : step < 60 ? time : time.slice(0, 5);
      const at = x(tick);
      const anchor = at < 30 ? 'start' : at > width - 30 ? 'end' : 'middle';
      drawing.append(shape('text', { x: at.toFixed(1), y: 20, 'text-anchor': anchor }, label));
      drawing.append(shape('path', { class: 'grid', d: `M${at.toFixed(1)} 27V34` }));
    }
    if (to - from < 1) {
      drawing.append(shape('rect', { class: 'thumb', x: from * width, y: 31, width: Math.max((to - from) * width, 4), height: 3 }));
    }
    axis.replaceChildren(drawing);
    const [[first], [last]] = [civil(origin + from * length), civil(origin + to * length)];
    const minutes = Math.round(offset(origin + from * length) / 60);
    const two = (number) => String(number).padStart(2, '0');
    const zone = minutes ? `${minutes < 0 ? '−' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}` : 'UTC';
    find('.date').textContent = `${first}${first === last ? '' : ` – ${last}`} ${zone}`;
  }

  function show(start, span) {
    span = Math.min(Math.max(span, 2 / length), 1);
    start = Math.min(Math.max(start, 0), 1 - span);
    [from, to] = [start, start + span];
    redraw();
  }

  /** Zooms by a factor round a place between 0, the left, and 1. */
  function zoom(factor, around = 0.5) {
    const span = to - from, next = Math.min(Math.max(span / factor, 2 / length), 1);
    show(from + (span - next) * around, next);
  }

  function pan(share) {
    show(from + share * (to - from), to - from);
  }

  // The chosen contact

  function choose(contact, isLinked = true) {
    if (!contact) return;
    chosen = contact;
    for (let up = contact.up; up >= 0; up = contacts[up].up) collapsed.delete(up);
    if (position[contact.place] < 0) list();
    const top = position[contact.place] * rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    const lowest = top + rowHeight - scroller.clientHeight;
    if (lowest > scroller.scrollTop) scroller.scrollTop = lowest;
    if (contact.end < from || contact.start > to) show(contact.start - 0.1 * (to - from), to - from);
    if (isLinked) history.replaceState(null, '', `#${encodeURIComponent(contact.id)}`);
    showFacts(contact);
    redraw(true);
  }

  function showFacts(contact) {
    const close = element('button', 'close', 'Close');
    close.type = 'button';
    close.onclick = () => {
      facts.hidden = true;
      tree.focus();
    };
    const name = element('span', '', ...contact.row.cells[0].cloneNode(true).childNodes);
    const copy = element('button', 'id', element('bdi', '', contact.id), element('span', '', 'Copy ID'));
    copy.type = 'button';
    copy.onclick = () => copyId(contact);
    const list = element('dl');
    headings.forEach((heading, place) => {
      const text = contact.row.cells[place].textContent;
      if (place < 2 || !text) return;
      const value = element('dd', heading === 'Notes' ? 'alarm' : '');
      const other = contacts[heading === 'Comes from' ? contact.up : heading === 'Related to' ? contact.related : -1];
      if (other) value.append(link(other, text));
      else value.append(element('bdi', '', text));
      list.append(element('dt', '', heading), value);
    });
    if (contact.below) list.append(element('dt', '', 'Below it'), element('dd', '', String(contact.below)));
    facts.replaceChildren(element('h2', '', swatch(contact.channel), name, close), copy, list);
    facts.hidden = false;
  }

  function copyId(contact) {
    const byHand = () => {
      const field = element('textarea', 'unseen', contact.id);
      root.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
      tree.focus();
    };
    const copied = navigator.clipboard ? navigator.clipboard.writeText(contact.id).catch(byHand) : Promise.resolve(byHand());
    copied.then(() => say('ID copied'));
  }

  function byHash() {
    try {
      return byId.get(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return undefined;
    }
  }

  // Mouse, touch, keys

  function contactAt(event) {
    return shown[Math.floor((event.clientY - tree.getBoundingClientRect().top) / rowHeight)];
  }

  function aroundOf(event) {
    const box = bars.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  }

  const pointers = new Map();
  let moved = 0;
  for (const surface of [bars, axis]) {
    surface.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      if (pointers.size === 0) moved = 0;
      pointers.set(event.pointerId, event.clientX);
      surface.setPointerCapture(event.pointerId);
    });
    surface.addEventListener('pointermove', (event) => {
      const before = pointers.get(event.pointerId);
      if (before === undefined) return;
      const apart = () => Math.abs([...pointers.values()].reduce((a, b) => a - b));
      const old = apart();
      pointers.set(event.pointerId, event.clientX);
      moved += Math.abs(event.clientX - before);
      if (moved < 4) return;
      bars.classList.add('dragged');
      if (pointers.size === 2) zoom(Math.max(apart(), 1) / Math.max(old, 1), aroundOf(event));
      else if (pointers.size === 1) pan((before - event.clientX) / width);
    });
    for (const over of ['pointerup', 'pointercancel']) {
      surface.addEventListener(over, (event) => {
        pointers.delete(event.pointerId);
        bars.classList.remove('dragged');
        if (over === 'pointerup' && moved < 4 && surface === bars) choose(contactAt(event));
      });
    }
    surface.addEventListener('wheel', (event) => {
      const isZoom = surface === axis || event.ctrlKey || event.metaKey || event.altKey;
      const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
      if (isZoom) zoom(Math.exp(-event.deltaY / 300), aroundOf(event));
      else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) pan(sideways / width);
      else return;
      event.preventDefault();
    }, { passive: false });
    surface.addEventListener('dblclick', (event) => zoom(event.shiftKey ? 0.5 : 2, aroundOf(event)));
  }

  tree.addEventListener('click', (event) => {
    const contact = contacts[event.target.closest('.row')?.dataset.place];
    if (!contact) return;
    if (event.target.closest('.fold') && contact.children) fold(contact, !collapsed.has(contact.place));
    else choose(contact);
  });

  const actions = {
    in: () => zoom(2),
    out: () => zoom(0.5),
    fit: () => show(0, 1),
    earlier: () => pan(-0.25),
    later: () => pan(0.25),
    collapse() {
      for (const contact of contacts) if (contact.children) collapsed.add(contact.place);
      list();
    },
    expand() {
      collapsed.clear();
      list();
    },
    notes(button) {
      button.ariaPressed = String(button.ariaPressed !== 'true');
      filter();
    },
  };
  tools.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do]');
    if (button) actions[button.dataset.do](button);
  });
  tools.addEventListener('input', () => filter());
  tools.addEventListener('submit', (event) => event.preventDefault());

  function step(by) {
    const place = Math.min(Math.max((position[chosen?.place] ?? -1) + by, 0), shown.length - 1);
    choose(shown[place]);
  }

  const page = () => Math.max(Math.floor(scroller.clientHeight / rowHeight) - 1, 1);
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    PageDown: () => step(page()),
    PageUp: () => step(-page()),
    Home: () => step(-shown.length),
    End: () => step(shown.length),
    ArrowRight() {
      if (collapsed.has(chosen?.place)) fold(chosen, false);
      else if (chosen?.children) step(1);
    },
    ArrowLeft() {
      if (chosen?.children && !collapsed.has(chosen.place)) fold(chosen, true);
      else choose(contacts[chosen?.up]);
    },
    Enter: () => choose(chosen),
    c: () => chosen && copyId(chosen),
    '+': actions.in,
    '=': actions.in,
    '-': actions.out,
    0: actions.fit,
  };
  tree.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const sideways = { ArrowLeft: actions.earlier, ArrowRight: actions.later };
    const action = (event.shiftKey && sideways[event.key]) || keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  root.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.target.closest('input')) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape' && event.target === search) {
      search.value = '';
      filter();
      tree.focus();
    }
  });

  scroller.addEventListener('scroll', () => redraw());
  window.addEventListener('hashchange', () => choose(byHash(), false));
  new ResizeObserver(() => {
    rowHeight = parseFloat(getComputedStyle(root).getPropertyValue('--row')) || 28;
    tree.style.height = `${shown.length * rowHeight}px`;
    width = bars.clientWidth;
    redraw(true);
  }).observe(scroller);

  for (const part of [tools, work, find('footer')]) part.hidden = false;
  rowHeight = parseFloat(getComputedStyle(root).getPropertyValue('--row')) || 28;
  width = bars.clientWidth;
  filter();
  const linked = byHash();
  const isSmall = matchMedia('(max-width: 900px)').matches;
  if (linked) choose(linked, false);
  else if (chosen && !isSmall) choose(chosen, false);
  if (!linked && isSmall) facts.hidden = true;
  draw();
  performance.mark('timeline-drawn');
}
