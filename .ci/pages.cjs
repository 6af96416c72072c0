// Checks what `.ci/pages.sh` has written, in a browser: node pages.cjs CONNECT CHROMIUM FOLDER
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const [connect, executablePath, folder] = process.argv.slice(2);
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** Milliseconds until rows are there, and that a pan takes, of 5,000 contacts. */
const [FIRST_PAINT, PAN] = [1000, 50];

const ARN = 'arn:aws:connect:eu-central-1:111122223333:instance/i';
const HOSTILE = '</script><script>window.ran = 1</script><img src=x onerror="ran = 1">"\'`${ran = 1}&lt;'
  + ' \u202eesrever\u202c \u2066isolated \u05e9\u05dc\u05d5\u05dd مرحبا 张伟 \u0007';

function time(seconds) {
  return new Date(Date.UTC(2026, 2, 14, 8) + 1000 * seconds).toISOString();
}

/** 5,000 contacts in one tree: calls that are handed on, and tasks that are related to them. */
function many() {
  const channels = ['VOICE', 'TASK', 'CHAT', 'EMAIL'];
  return Array.from({ length: 5000 }, (_, place) => {
    const up = place === 0 ? null : `contact-${Math.floor((place - 1) / 3)}`;
    const isRelated = place % 3 === 0, start = 20 * place;
    return {
      InstanceARN: ARN, ContactId: `contact-${place}`, Channel: channels[place % 4],
      InitiationMethod: up ? (isRelated ? 'API' : 'TRANSFER') : 'INBOUND',
      PreviousContactId: isRelated ? null : up, RelatedContactId: isRelated ? up : null,
      InitiationTimestamp: time(start), DisconnectTimestamp: time(start + 900), LastUpdateTimestamp: time(start + 999),
      Agent: { Username: `agent-${place % 97}`, ConnectedToAgentTimestamp: time(start + 60), AgentInteractionDuration: 800,
        CustomerHoldDuration: 90, AfterContactWorkStartTimestamp: time(start + 900), AfterContactWorkEndTimestamp: time(start + 990) },
      Queue: { Name: `queue-${place % 7}`, EnqueueTimestamp: time(start + 5), DequeueTimestamp: time(start + 60) },
    };
  });
}

/** Hostile text in every field; the second ends before it begins, all relate to one that is not there. */
function hostile() {
  const field = (name) => `${name} ${HOSTILE}`;
  return [0, 1, 2].map((place) => ({
    InstanceARN: ARN, ContactId: place ? field(place) : 'first', Channel: field('channel'), InitiationMethod: field('method'),
    PreviousContactId: place ? 'first' : null, RelatedContactId: field('related'),
    InitiationTimestamp: time(60 * place), DisconnectTimestamp: time(place === 1 ? 0 : 600), LastUpdateTimestamp: time(999),
    Agent: { Username: field('agent'), ConnectedToAgentTimestamp: time(70) }, Queue: { Name: field('queue'), EnqueueTimestamp: time(65) },
  }));
}

function write(name, options) {
  for (const format of ['svg', 'html']) {
    execFileSync(connect, ['tree', ...options, '--format', format, '--out', path.join(folder, `${name}.${format}`)]);
  }
}

function recorded(name, records) {
  const file = path.join(folder, `${name}.jsonl`);
  fs.writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  write(name, ['--records', file, '--contact-id', records[0].ContactId]);
}

let browser;

/** Opens a file, does something with it, and fails if it wrote to the console, made requests or ran what was data. */
async function open(name, options, use = () => {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  const address = pathToFileURL(path.resolve(folder, name)).href;
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await use(page);
  assert.equal(await page.evaluate(() => window.ran), undefined, `${name}: script from data ran`);
  assert.deepEqual(wrong, [], name);
  await context.close();
}

/** The tree of a contact, by the field for its ID. */
async function jump(page, id) {
  await page.getByLabel('Contact ID').fill(id);
  await page.getByRole('button', { name: 'Show its tree' }).click();
  await page.frameLocator('iframe').locator('[role=treeitem]').first().waitFor();
}

const shot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) });
const rows = (page) => page.locator('[role=treeitem]').count();
const status = (page) => page.locator('output').textContent();

/** What is focused by Tab, in order, by its accessible name. */
async function tabOrder(page) {
  const names = [];
  await page.locator('body').click({ position: { x: 2, y: 2 } });
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const label = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label') ?? element.textContent;
      return label.trim();
    });
    if (name === null || name === names[0]) break;
    names.push(name);
  }
  return names;
}

async function sample(page) {
  await page.waitForFunction(() => performance.getEntriesByName('timeline-drawn').length > 0);
  await shot(page, 'light');
  const names = await tabOrder(page);
  const expected = ['Search contacts', 'Voice', 'Chat', 'E-mail', 'Task', 'Earlier', 'Zoom out', 'Fit', 'Zoom in', 'Later',
    'Collapse all', 'Expand all', 'Contacts'];
  assert.deepEqual(names.slice(0, expected.length), expected, 'tab order');
  assert.ok(names.includes('All contacts as a table'), `the table can be reached: ${names}`);
  for (const item of await page.locator('[role=treeitem]').all()) assert.ok(await item.getAttribute('aria-label'));
  assert.equal(await page.locator('table tbody tr').count(), 127);

  // Filters
  await page.locator('input[type=search]').fill('callback');
  const found = Number((await status(page)).split(' ')[0]);
  assert.ok(found > 0 && found < 20, `${found} callbacks`);
  await page.keyboard.press('Escape');
  assert.equal(await status(page), '');
  await page.getByRole('checkbox', { name: 'Task' }).uncheck();
  assert.match(await status(page), /^\d+ of 127 match$/);
  await page.getByRole('checkbox', { name: 'Task' }).check();

  // Branches
  await page.getByText('Collapse all').click();
  await page.waitForFunction(() => document.querySelectorAll('[role=treeitem]').length === 1);
  await page.locator('[role=tree]').focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelectorAll('[role=treeitem]').length === 2);
  await page.getByText('Expand all').click();
  await page.waitForFunction(() => document.querySelectorAll('[role=treeitem]').length > 20);

  // Time
  const ticks = () => page.locator('.axis text').allTextContents();
  const before = await ticks();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.waitForFunction(() => document.querySelector('.thumb'));
  assert.notDeepEqual(await ticks(), before);
  const differs = (before) => page.waitForFunction(
    (before) => [...document.querySelectorAll('.axis text')].map((text) => text.textContent).join() !== before, before.join());
  const wider = await ticks();
  await page.locator('.axis svg').hover();
  await page.mouse.wheel(0, -600);
  await differs(wider);
  const zoomed = await ticks();
  await page.locator('svg.bars').hover({ position: { x: 300, y: 100 } });
  await page.mouse.down();
  await page.mouse.move(500, 300, { steps: 5 });
  await page.mouse.up();
  await differs(zoomed);
  // A contact at another time is brought into sight.
  await page.locator('[role=tree]').focus();
  await page.keyboard.press('End');
  await differs(zoomed);
  const last = await ticks();
  await page.keyboard.press('Home');
  await differs(last);
  await page.getByText('Fit', { exact: true }).click();
  await page.waitForFunction(() => !document.querySelector('.thumb'));
  assert.deepEqual(await ticks(), before);

  // A contact
  await page.locator('[role=tree]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  const id = await page.locator('.facts .id bdi').textContent();
  assert.equal(new URL(page.url()).hash, `#${id}`);
  const active = await page.locator('[role=tree]').getAttribute('aria-activedescendant');
  await page.waitForFunction((id) => document.getElementById(id)?.getAttribute('aria-selected') === 'true', active);
  await page.keyboard.press('c');
  await page.waitForFunction(() => document.querySelector('output').textContent === 'ID copied');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), id);
  await page.getByRole('link').first().click();
  assert.match(page.url(), /#51705299/);
  await page.locator('summary').click();
  await shot(page, 'table');
}

async function measured(page) {
  const drawn = await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
    const [mark] = performance.getEntriesByName('timeline-drawn');
    return Math.max(paint, mark.startTime);
  });
  // A drag of a zoomed time axis: from an event to the frame that has it.
  await page.getByRole('button', { name: 'Zoom in' }).click();
  const pans = await page.evaluate(async () => {
    const button = document.querySelector('[data-do="later"]'), back = document.querySelector('[data-do="earlier"]');
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = resolve;
      channel.port2.postMessage(null);
    }));
    const times = [];
    for (let turn = 0; turn < 40; turn++) {
      await frame();
      const begin = performance.now();
      (turn % 2 ? back : button).click();
      await frame();
      times.push(performance.now() - begin);
    }
    return times.sort((a, b) => a - b);
  });
  const pan = pans[Math.floor(pans.length * 0.95)];
  console.log(`5,000 contacts: first paint of rows ${drawn.toFixed(0)} ms (goal ${FIRST_PAINT}), a pan ${pan.toFixed(0)} ms in 95 of 100 (goal ${PAN})`);
  assert.ok(drawn <= 3 * FIRST_PAINT && pan <= 3 * PAN, 'far beyond the goals');
  await page.locator('.scroller').evaluate((scroller) => { scroller.scrollTop = scroller.scrollHeight; });
  await page.waitForFunction(() => [...document.querySelectorAll('[role=treeitem]')].some((row) => Number(row.dataset.place) > 3000));
  assert.ok(await rows(page) < 200, 'only visible rows are drawn');
  await shot(page, 'many');
}

/** Starts `connect view` of records, enters it in a browser, does something there, and ends it. */
async function view(name, options, use) {
  const server = spawn(connect, ['view', '--records', path.join(folder, name)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const context = await browser.newContext(options);
  try {
    const [url] = await once(createInterface({ input: server.stdout }), 'line');
    const page = await context.newPage();
    const wrong = [];
    page.on('console', (message) => wrong.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => wrong.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(url).origin)) wrong.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    await page.getByRole('heading', { name: 'Recent trees' }).waitFor();
    await use(page);
    for (const frame of page.frames()) assert.equal(await frame.evaluate(() => window.ran), undefined, 'script from data ran');
    assert.deepEqual(wrong, [], `view of ${name}`);
    // The URL has been used.
    const other = await browser.newContext();
    assert.equal((await (await other.newPage()).goto(url)).status(), 403);
    await other.close();
  } finally {
    await context.close();
    server.kill('SIGTERM');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
}

async function viewed(page) {
  const names = await tabOrder(page);
  assert.deepEqual(names.slice(0, 5), ['Recent', 'Largest trees', 'Find', 'Contact ID', 'Show its tree'], 'tab order');
  await shot(page, 'view-recent');
  await page.getByRole('link', { name: 'Largest trees' }).click();
  await page.getByRole('row').nth(1).getByRole('link').click();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  const timeline = page.frameLocator('iframe');
  await timeline.locator('[role=treeitem]').first().waitFor();
  await timeline.getByRole('button', { name: 'Zoom in' }).click();
  await timeline.locator('.thumb').waitFor();
  await timeline.locator('[role=treeitem] .name').nth(2).click();
  await timeline.locator('.facts').waitFor();
  await shot(page, 'view-tree');
  await page.getByRole('table').getByRole('link').nth(1).click();
  await page.getByRole('rowheader', { name: 'InitiationMethod', exact: true }).waitFor();
  await shot(page, 'view-contact');
  await page.getByRole('link', { name: 'Find', exact: true }).click();
  await page.getByRole('checkbox', { name: 'CHAT' }).check();
  await page.getByLabel('Began at or after').fill('2026-03-01');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('heading', { name: 'Contacts' }).waitFor();
  const channels = await page.locator('tbody tr td:nth-child(2)').allTextContents();
  assert.ok(channels.length > 0 && channels.every((channel) => channel === 'CHAT'), `only chats: ${channels}`);
  await shot(page, 'view-find');
}

async function main() {
  write('sample', ['--local']);
  write('empty', ['--local', '--channel', 'NONE']);
  recorded('many', many());
  recorded('hostile', hostile());
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'pages-'));
  browser = await chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, HOME: profile } });
  const wide = { viewport: { width: 1400, height: 850 }, permissions: ['clipboard-read', 'clipboard-write'] };
  await open('sample.html', wide, sample);
  await open('sample.html', { ...wide, colorScheme: 'dark' }, (page) => shot(page, 'dark'));
  // For the README: a tree of a synthetic contact centre, whose records have agents and queues.
  const centre = path.join(folder, 'centre.jsonl');
  fs.writeFileSync(centre, execFileSync(connect, ['samples', '--contacts', '3000', '--seed', '7'], { maxBuffer: 1 << 26 }));
  write('centre', ['--records', centre, '--contact-id', '27a318ad-fa79-4a91-a10d-1cc1ba6ddc62']);
  await open('centre.html', { ...wide, viewport: { width: 1400, height: 700 } }, async (page) => {
    await page.locator('[role=treeitem] .name').nth(3).click();
    await page.mouse.move(0, 0);
    await page.locator('[role=treeitem][aria-selected=true]').waitFor();
    await shot(page, 'readme');
  });
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  await open('sample.html', phone, async (page) => {
    await shot(page, 'phone');
    await page.locator('[role=treeitem] .name').nth(2).tap();
    await page.locator('.facts').waitFor();
    await shot(page, 'phone-facts');
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!isWide, 'nothing is wider than a phone');
  });
  await open('many.html', wide, measured);
  await open('hostile.html', wide, async (page) => {
    await page.locator('[role=treeitem] .name').nth(1).click();
    assert.equal(await page.locator('.facts img, .tree img, table img').count(), 0);
    assert.ok((await page.locator('.facts').textContent()).includes('<script>window.ran = 1</script>'));
    await page.getByText('with notes').first().click();
    assert.equal(await status(page), '2 of 3 match');
    await shot(page, 'hostile');
  });
  fs.writeFileSync(path.join(folder, 'samples.jsonl'), execFileSync(connect, ['samples'], { maxBuffer: 1 << 26 }));
  await view('samples.jsonl', wide, viewed);
  await view('samples.jsonl', { ...phone, colorScheme: 'dark' }, async (page) => {
    await page.getByRole('row').nth(1).getByRole('link').first().click();
    await page.frameLocator('iframe').locator('[role=treeitem]').first().waitFor();
    await shot(page, 'view-phone');
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!isWide, 'nothing is wider than a phone');
  });
  await view('hostile.jsonl', wide, async (page) => {
    await page.getByRole('row').nth(1).getByRole('link').first().click();
    await page.frameLocator('iframe').locator('[role=treeitem]').first().waitFor();
    await page.getByRole('table').getByRole('link').nth(1).click();
    await page.getByRole('rowheader', { name: 'Channel', exact: true }).waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    await shot(page, 'view-hostile');
  });
  await view('many.jsonl', wide, (page) => jump(page, 'contact-4321'));
  await open('empty.html', wide, async (page) => {
    await page.locator('[role=tree]').focus();
    for (const key of ['ArrowDown', 'ArrowLeft', 'ArrowRight', 'Enter', 'c', '+', 'End']) await page.keyboard.press(key);
    await page.locator('input[type=search]').fill('x');
    assert.equal(await status(page), '0 of 0 match');
  });
  for (const name of ['sample', 'empty', 'many', 'hostile']) {
    await open(`${name}.svg`, { viewport: { width: 1280, height: 900 } }, async (page) => {
      assert.equal(await page.evaluate(() => document.documentElement.nodeName), 'svg', `${name}.svg is XML`);
      await shot(page, `${name}-svg`);
    });
  }
  await browser.close();
  fs.rmSync(profile, { recursive: true, force: true });
  console.log(`pages: ok; screenshots are in ${folder}`);
}

main().catch(async (error) => {
  console.error(error);
  await browser?.close();
  process.exit(1);
});
