// What the script of the page reads and makes: contacts, times, elements.
'use strict';

/** Seconds between ticks; days are doubled. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400];
const DAY = 86400;
const SVG = 'http://www.w3.org/2000/svg';

/** The contacts of a table, each with its row, its place on the time axis, and its branch. */
function readContacts(table) {
  const contacts = Array.from(table.tBodies[0].rows, (row, place) => {
    const data = row.dataset;
    const [start, end, open] = (data.bar ?? '').split(' ');
    return {
      row, place,
      id: row.cells[1].textContent,
      channel: data.channel,
      up: data.up === undefined ? -1 : Number(data.up),
      link: data.link,
      related: data.related === undefined ? -1 : Number(data.related),
      start: start ? Number(start) : NaN,
      end: Number(end),
      open: open !== undefined,
      parts: data.parts?.split(',').map((part) => part.split(' ')) ?? [],
      beside: data.beside,
      notes: Number(data.notes ?? 0),
      asked: data.asked !== undefined,
      level: 0, children: 0, below: 0, text: null,
    };
  });
  for (const contact of contacts) {
    const up = contacts[contact.up];
    if (up) {
      contact.level = up.level + 1;
      up.children += 1;
    }
  }
  // Each contact stands below the one it hangs under.
  for (const contact of contacts.toReversed()) {
    if (contact.up >= 0) contacts[contact.up].below += contact.below + 1;
  }
  return contacts;
}

/** The zone that a table's times are in: how far its clocks are east of Greenwich, and what they show. */
function zone(table) {
  const offsets = table.dataset.offsets.split(' ').map((pair) => pair.split(',').map(Number));

  function offset(seconds) {
    let found = offsets[0][1];
    for (const [since, offset] of offsets) if (since <= seconds) found = offset;
    return found;
  }

  /** A date and a time of day in the zone; empty beyond what a calendar has. */
  function civil(seconds) {
    const date = new Date((seconds + offset(seconds)) * 1000);
    if (Number.isNaN(date.getTime())) return ['', ''];
    const [day, time] = date.toISOString().split('T');
    return [day, time.slice(0, 8)];
  }

  return { offset, civil };
}

/** Where ticks stand between two times, `most` at the most, and the seconds between them. */
function ticksBetween(begin, end, shift, most) {
  let step = STEPS.find((step) => (end - begin) / step <= most) ?? DAY;
  while ((end - begin) / step > most) step *= 2;
  const list = [];
  for (let at = Math.ceil((begin + shift) / step) * step - shift; at <= end && list.length <= most; at += step) list.push(at);
  return { step, list };
}

function element(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function shape(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  return element;
}

function swatch(channel) {
  const svg = shape('svg', { class: 'swatch', viewBox: '0 0 12 12' });
  svg.append(shape('rect', { class: `bar ${channel}`, width: 12, height: 12, rx: 3 }));
  return svg;
}

function link(contact, text) {
  const link = element('a', '', element('bdi', '', text));
  link.href = `#${encodeURIComponent(contact.id)}`;
  return link;
}
