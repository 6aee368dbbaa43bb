// Walks every page in a real browser: light, dark and 390 px, no console errors, no violation of WCAG 2.2 AA that axe finds.
// Whoever starts this (crates/receptionist/tests/browser.rs) plays the phone network: a line of JSON out asks for a caller to do
// something, a line in says it is done.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
const {
  BASE_URL,
  EMAIL,
  PASSWORD,
  CHROMIUM = BROWSERS.find((path) => existsSync(path)),
  SCREENSHOTS,
} = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** The states of which `make screenshots` keeps a picture. */
const SHOWN = [
  'sign-in',
  'calls, light',
  'calls, dark',
  'calls, 390 px',
  'tasks, light',
  'viewings, light',
  'leads, light',
  'a lead, light',
  'maintenance, light',
  'properties, light',
  'why a time is not offered, light',
  'a document',
  'inbox, light',
  'analytics, light',
  'analytics, dark',
  'review, light',
  'a drafted setting',
  'a call to assess',
  'a recorded call',
  'erasing',
  'a test call that is over, light',
  'account, light',
  'accounts, light',
  'a call going on',
  'a call taken over',
  'an emergency, light',
  'an emergency, 390 px',
  'a home, light',
  'a repair, light',
  'viewings of a week, light',
  'working hours, light',
  'a new task',
  'live, 390 px',
];
const problems = [];
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** A caller does something; resolves when it is done. */
async function caller(action) {
  process.stdout.write(`${JSON.stringify(action)}\n`);
  return JSON.parse((await answers.next()).value);
}

function note(place, problem) {
  problems.push(`${place}: ${problem}`);
}

async function context(browser, options, signedIn) {
  const made = await browser.newContext({ baseURL: BASE_URL, storageState: signedIn, ...options });
  const page = await made.newPage();
  page.on('console', (message) => {
    // A refusal that the page shows is no error of the page.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status of 4')) {
      note(page.url(), `console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => note(page.url(), `error: ${error.message}`));
  return page;
}

/** What fades in is judged when it is there; a page that still loads never settles. */
async function settle(page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))),
  );
}

/** Until what changes with the look has changed: colours fade. */
async function turned(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame();
    await frame();
    const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.all(fading.map((one) => one.finished.catch(() => {})));
  });
}

/** A state as it is, and dark; `narrow`: at 390 px too. */
async function judge(page, place, { settles = true, narrow = false } = {}) {
  await judgeOnce(page, place, settles);
  if (LOOKS.some(([look]) => place.endsWith(`, ${look}`))) return;
  await page.emulateMedia({ colorScheme: 'dark' });
  await turned(page);
  await judgeOnce(page, `${place}, turned dark`, settles);
  await page.emulateMedia({ colorScheme: 'light' });
  await turned(page);
  if (!narrow) return;
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await turned(page);
  await judgeOnce(page, `${place}, made narrow`, settles);
  await page.setViewportSize(wide);
}

async function judgeOnce(page, place, settles) {
  if (settles) await settle(page);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }),
    TAGS,
  );
  for (const violation of violations) {
    const where = violation.nodes
      .slice(0, 3)
      .map((node) => `${node.target.join(' ')} (${node.any?.[0]?.message ?? node.failureSummary})`);
    note(place, `${violation.id}: ${where.join('; ')}`);
  }
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (sideways > 0) note(place, `scrolls sideways by ${sideways} px`);
  if (SCREENSHOTS && SHOWN.includes(place)) {
    const name = place.replaceAll(/[^a-z0-9]+/gi, '-');
    await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  }
}

async function see(page, text, within = 5_000) {
  await page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: within });
}

async function signIn(browser) {
  const page = await context(browser, {});
  await page.goto('/tasks');
  await page.waitForURL(/sign-in/);
  await judge(page, 'sign-in');
  await page.getByLabel('Email').fill(EMAIL);
  await page.locator('input[type=password]').fill('not the one at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await see(page, 'is wrong');
  await judge(page, 'sign-in, refused');
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/tasks$/);
  const state = await page.context().storageState();
  await page.context().close();
  return state;
}

const PAGES = [
  ['live', '/', 'Live'],
  ['calls', '/calls', 'Calls'],
  ['calls, none match', '/calls?q=zzzzzz', 'No calls match'],
  ['calls, found', '/calls?q=Maida', 'Maida'],
  ['tasks', '/tasks', 'Tasks'],
  ['tasks, done', '/tasks?status=done', 'Nothing has been done yet'],
  ['viewings', '/viewings', 'What Sarah offers'],
  ['viewings of a week', '/viewings?view=week', 'Week after'],
  ['viewings, an empty day', '/viewings?day=2026-12-25', 'Nothing is in the diary'],
  ['leads', '/leads', 'Sam Okoro'],
  ['leads, none match', '/leads?status=lost', 'No leads match'],
  ['maintenance', '/maintenance', 'Maintenance'],
  ['maintenance, done', '/maintenance?status=done', 'Nothing has been done yet'],
  ['maintenance, none match', '/maintenance?urgency=emergency', 'No repairs match'],
  ['properties', '/properties', 'JB-'],
  ['properties, none match', '/properties?q=zzzz', 'No homes match'],
  ['documents', '/documents', 'No papers yet'],
  ['inbox, empty', '/inbox', 'Nobody has written yet'],
  ['inbox, nobody waits', '/inbox?waits=true', 'Nobody matches'],
  ['a thread that is gone', '/inbox?thread=9-sms', 'Nobody writes there'],
  ['a repair that is gone', '/maintenance/999', 'There is no such repair'],
  ['analytics', '/analytics', 'Calls answered'],
  ['analytics, nothing', '/analytics?from=2020-01-01&to=2020-01-02', 'Nothing was counted'],
  ['review', '/review', 'needed a person'],
  ['review, blind', '/review?blind=true', 'Blind: hide'],
  ['viewings by negotiator', '/viewings?by=negotiator', 'What Sarah offers'],
  ['test phone', '/test-phone', 'Nobody is on the line'],
  ['settings', '/settings', 'Version 1 is published'],
  ['the rota', '/settings?section=rota', 'In an emergency now'],
  ['working hours', '/settings?section=working-hours', 'Who works when'],
  ['contractors', '/settings?section=contractors', 'named to whoever takes an emergency'],
  ['a home', '/properties/1', 'When it may be viewed'],
  ['a home that is gone', '/properties/999', 'There is no such home'],
  ['opt-outs', '/settings?section=opt-outs', 'Nobody has said stop'],
  ['settings of the office', '/settings?section=office', 'Fees'],
  ['account', '/account', 'Second factor'],
  ['accounts', '/accounts', 'Colleagues who sign in'],
  ['a call that is gone', '/calls/nothing', 'There is no such call'],
  ['welcome', '/welcome#token', 'Choose your password'],
];

const LOOKS = [
  ['light', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } }],
  ['390 px', { colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true }],
];

async function everyPage(browser, state) {
  for (const [look, options] of LOOKS) {
    const page = await context(browser, options, state);
    for (const [name, path, text] of PAGES) {
      await page.goto(path);
      await see(page, text);
      await judge(page, `${name}, ${look}`);
    }
    await page.goto('/calls');
    await page.locator('a.record').first().click();
    await see(page, 'What is known');
    await page.getByRole('log').locator('button[aria-expanded]').first().click();
    await judge(page, `a call, ${look}`);
    await page.goto('/leads');
    await page.getByRole('link', { name: 'Sam Okoro' }).click();
    await see(page, 'Everything that happened');
    await judge(page, `a lead, ${look}`);
    await page.goto('/analytics?by=week');
    await see(page, 'Calls answered');
    await page.getByRole('button', { name: 'What "Calls answered" means' }).click();
    await see(page, 'the share in which Sarah said something');
    await judge(page, `a definition, ${look}`);
    await page.keyboard.press('Escape');
    for (const button of await page.getByRole('button', { name: 'As a table' }).all()) await button.click();
    await judge(page, `analytics as tables, ${look}`);
    await page.goto('/viewings?day=2026-11-25');
    await page.getByRole('combobox', { name: 'Home' }).click();
    await page.getByRole('option').first().click();
    await page
      .getByText(/^(yes, with|no: )/)
      .first()
      .waitFor();
    await judge(page, `why a time is not offered, ${look}`);
    await page.context().close();
  }
}

/** What each page reads, and what it says once that is there. */
const READ = [
  ['/', /\/api\/v1\/calls\?/, 'Live'],
  ['/calls', /\/api\/v1\/calls$/, 'Outcome'],
  ['/tasks', /\/api\/v1\/tasks\?whose/, 'Due'],
  ['/inbox', /\/api\/v1\/inbox$/, 'Nobody has written yet'],
  ['/viewings', /\/api\/v1\/viewings\?/, 'What Sarah offers'],
  ['/leads', /\/api\/v1\/leads(\?|$)/, 'Score'],
  ['/maintenance', /\/api\/v1\/tickets(\?|$)/, 'Nothing is broken'],
  ['/properties', /\/api\/v1\/properties(\?|$)/, 'JB-'],
  ['/documents', /\/api\/v1\/documents(\?|$)/, 'No papers yet'],
  ['/analytics', /\/api\/v1\/analytics/, 'Calls answered'],
  ['/review', /\/api\/v1\/assessments\/queue/, 'needed a person'],
  ['/settings', /\/api\/v1\/settings/, 'is published'],
  ['/accounts', /\/api\/v1\/accounts/, 'Role'],
];

/** On every page: what is still being read, what cannot be reached and may be tried again, and what the role does not allow. */
async function states(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/');
  page.removeAllListeners('console');
  const problem = (status, title) => (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status, code: 'test', title }),
    });
  for (const [path, read, text] of READ) {
    await page.route(read, () => {});
    await page.goto(path);
    await page.getByLabel('Loading').first().waitFor();
    await judge(page, `${path}, loading`, { settles: false, narrow: true });
    await page.unroute(read);
    await page.route(read, problem(403, 'Your role does not allow this'));
    await page.goto(path);
    await see(page, 'Your role does not allow this');
    await judge(page, `${path}, not allowed`, { narrow: true });
    await page.unroute(read);
    await page.route(read, problem(503, 'The database does not answer'));
    await page.goto(path);
    await see(page, 'The database does not answer', 15_000);
    await judge(page, `${path}, the database is away`, { narrow: true });
    await page.unroute(read);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await see(page, text);
  }
  await page.context().close();
}

/** What is shown while nothing is told any more says how old it is. */
async function stale(browser, state) {
  const page = await context(browser, {}, state);
  await page.route(/\/api\/v1\/events/, (route) => route.abort());
  page.removeAllListeners('console');
  await page.goto('/calls');
  await page
    .getByRole('status')
    .filter({ hasText: /^Offline since/ })
    .waitFor({ timeout: 20_000 });
  await see(page, 'Outcome');
  await judge(page, 'offline', { narrow: true });
  await page.context().close();
}

async function keys(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/');
  await see(page, 'Live');
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL(/\/calls$/);
  await page.getByRole('searchbox').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('Maida Vale', { delay: 60 });
  await page.waitForURL(/q=Maida.Vale/);
  await page.keyboard.press('Escape');
  await page.locator('h1').click();
  await page.keyboard.press('?');
  await see(page, 'What it does');
  await judge(page, 'keys');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to…').pressSequentially('Task');
  await see(page, 'Tasks');
  await judge(page, 'the palette');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/tasks/);
  await page.context().close();
}

/** What the first screen loads, as kB of gzip: no more than 260. */
async function weight(browser, state) {
  const page = await context(browser, {}, state);
  const loaded = [];
  page.on('response', (response) => {
    if (['document', 'script', 'stylesheet', 'font'].includes(response.request().resourceType()))
      loaded.push(response);
  });
  await page.goto('/');
  await page.getByLabel('What waits').waitFor();
  await settle(page);
  await page.waitForLoadState('load');
  const sizes = await Promise.all(loaded.map(async (response) => gzipSync(await response.body()).length));
  const sum = sizes.reduce((all, size) => all + size, 0);
  if (loaded.length < 3 || sum > 260_000) note('live', `${loaded.length} files, ${sum} bytes of gzip`);
  await page.context().close();
  return Math.round(sum / 1000);
}

/** A call is watched while it happens, in two tabs over one stream. */
async function watch(browser, state) {
  const page = await context(browser, {}, state);
  let streams = 0;
  page.context().on('request', (request) => {
    if (request.url().endsWith('/api/v1/events')) streams += 1;
  });
  await page.goto('/');
  await page
    .getByRole('status')
    .filter({ hasText: /^Live$/ })
    .waitFor();
  const second = await page.context().newPage();
  await second.goto('/');
  await second
    .getByRole('status')
    .filter({ hasText: /^Live$/ })
    .waitFor();
  if (streams !== 1) note('two tabs', `${streams} streams instead of one`);
  await caller({ ring: '+447700900555' });
  await page.getByRole('link', { name: '+447700900555' }).click();
  const times = [];
  for (const words of [
    'a two bedroom flat to rent in Maida Vale',
    'up to two thousand eight hundred a month',
    'the first one please',
  ]) {
    await caller({ say: words });
    const began = performance.now();
    await page.getByRole('log').getByText(words).waitFor({ timeout: 3_000 });
    times.push(Math.round(performance.now() - began));
  }
  if (Math.max(...times) > 300) note('live', `a line was on screen only after ${times} ms`);
  await second
    .getByText('up to two thousand eight hundred')
    .or(second.getByText('the first one please'))
    .first()
    .waitFor({ timeout: 3_000 });
  await judge(page, 'a call going on');
  await caller({ hang_up: true });
  await see(page, 'Outcome');
  await page.context().close();
  return times;
}

/** A call is taken over, handed back with a word for Sarah, and ended. */
async function takeOver(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/');
  await caller({ ring: '+447700900556' });
  await caller({ say: 'a two bedroom flat to rent in Maida Vale' });
  await page.getByRole('link', { name: '+447700900556' }).click();
  await see(page, 'Sarah has this call.');
  await page.getByRole('button', { name: 'Take over or transfer' }).click();
  await page.getByRole('combobox', { name: 'Colleague' }).waitFor();
  await judge(page, 'taking over');
  await page.getByRole('button', { name: 'Ring' }).click();
  await see(page, 'telephone is ringing');
  await caller({ moved: true });
  await see(page, 'Amy Hart has this call.');
  await judge(page, 'a call taken over');
  await page.getByLabel('For Sarah').fill('They want to see it on Tuesday.');
  await page.getByRole('button', { name: 'Hand back to Sarah' }).click();
  await page.waitForTimeout(300);
  await caller({ moved: true });
  await see(page, 'Sarah has this call.');
  await page.getByRole('log').getByText("I'm back with you").waitFor();
  await page.getByRole('button', { name: 'Mark as emergency' }).click();
  await page.getByRole('combobox', { name: 'Danger' }).waitFor();
  await judge(page, 'marking an emergency');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'End the call' }).click();
  await judge(page, 'ending a call');
  await page.getByRole('button', { name: 'End it' }).click();
  await page.waitForTimeout(300);
  await caller({ moved: true });
  await see(page, 'Outcome');
  await page.context().close();
}

/** Somebody writes; a colleague answers them and gives them back. */
async function inbox(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/inbox');
  await caller({ write: 'Do you have two bed flats to rent in Maida Vale?' });
  await page.locator('a.record').first().click();
  await page.getByRole('log').getByText('Do you have two bed flats').waitFor();
  await page.getByRole('button', { name: 'I answer' }).click();
  await see(page, 'Amy Hart answers; Sarah is quiet');
  await page.getByLabel('Your words').fill('Good morning, this is Aisha. Which area would you like?');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('log').getByText('this is Aisha').waitFor();
  const here = page.url();
  for (const [look, options] of LOOKS) {
    const other = await context(browser, options, state);
    await other.goto(here);
    await other.getByRole('log').getByText('this is Aisha').waitFor();
    await judge(other, `inbox, ${look}`);
    await other.context().close();
  }
  await page.getByRole('button', { name: 'Give back to Sarah' }).click();
  await see(page, 'Whoever takes this chat answers it');
  await page.context().close();
}

/** A call is assessed, and the queue is shorter. */
async function review(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/review');
  await page.locator('a.record').first().click();
  await page.getByLabel('4', { exact: true }).check();
  await page.getByRole('combobox', { name: 'What did the caller really want?' }).click();
  await page.getByRole('option', { name: 'Speak to agent' }).click();
  await page.getByText('Too slow').click();
  await judge(page, 'a call to assess');
  await page.getByRole('button', { name: 'Save' }).click();
  await see(page, 'Kept.');
  await see(page, '4 of 5');
  await page
    .getByRole('log')
    .getByRole('button', { name: /^Note: / })
    .first()
    .click();
  await page.getByLabel('What you know').fill('Should have asked for the area.');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('log').getByText('Should have asked').waitFor();
  await judge(page, 'a line with a note');
  await page.goto('/analytics');
  await page.getByRole('region', { name: 'Relevance' }).getByText('4.00').waitFor();
  await page.locator('.heat a').first().click();
  await page.locator('a.record').first().waitFor();
  if (!page.url().includes('hour=')) note('analytics', `an hour leads to ${page.url()}`);
  await page.context().close();
}

/** A lead is edited, and a viewing of theirs is booked, moved and called off. */
async function diary(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/leads');
  await page.getByLabel('Name, number or email').fill('Okoro');
  await page.waitForFunction(() => document.querySelectorAll('a.record').length === 1);
  if (page.url().includes('Okoro')) note('leads', 'a name is in the address');
  await page.locator('a.record').first().click();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('combobox', { name: 'Stage' }).click();
  await page.getByRole('option', { name: 'Offer made' }).click();
  await page.getByLabel('What they look for').fill('to rent, three bedrooms, up to 3,100 a month');
  await judge(page, 'editing a lead');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: 'Offer made' }).waitFor();
  await page.getByRole('cell', { name: /£3,100/ }).waitFor();
  await page.getByRole('button', { name: 'Write a note' }).click();
  await page.getByLabel('What you know').fill('Prefers to be rung in the morning.');
  await judge(page, 'writing a note');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await see(page, 'Note of Aisha Khan');
  await judge(page, 'a lead with a note');
  await page.getByRole('button', { name: /^Take back: Prefers/ }).click();
  await page.getByText('Note of Aisha Khan').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Book a valuation' }).click();
  await page.getByLabel('Address').fill('Flat 3, 22 Castellain Road, W9 1HB');
  await page.getByLabel('Day').fill('2026-11-27');
  await page.getByRole('dialog').getByRole('radio').first().check();
  await judge(page, 'booking a valuation');
  await page.getByRole('button', { name: 'Book it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Book a viewing' }).click();
  await page.getByRole('combobox', { name: 'Home' }).click();
  await page.getByRole('option', { name: /JB-2024-001/ }).click();
  await page.getByLabel('Day').fill('2026-11-26');
  await page.getByRole('dialog').getByRole('radio').first().check();
  await judge(page, 'booking');
  await page.getByRole('button', { name: 'Book it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.goto('/viewings?day=2026-11-27');
  await page.getByRole('button', { name: /^Move: Sam/ }).click();
  await page.getByRole('dialog').getByRole('radio').last().check();
  await judge(page, 'moving a valuation');
  await page.getByRole('button', { name: 'Move it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.goto('/viewings?day=2026-11-26');
  await page.getByRole('button', { name: /^Move: Sam/ }).click();
  await page.getByRole('dialog').getByRole('radio').last().check();
  await judge(page, 'moving');
  await page.getByRole('button', { name: 'Move it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Cancel: Sam/ }).click();
  await judge(page, 'calling off');
  await page.getByRole('button', { name: 'Call it off' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: 'Cancelled' }).waitFor();
  await page.goto('/tasks');
  await page
    .getByRole('button', { name: /^More: / })
    .first()
    .click();
  await page.getByRole('combobox', { name: 'Give it to' }).click();
  await page.getByRole('option', { name: 'Amy Hart' }).click();
  await judge(page, 'a task given away');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: 'Amy Hart' }).first().waitFor();
  await page.context().close();
}

/** A setting is drafted, compared and published. */
async function settings(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/settings?section=hours');
  await page.getByLabel('Closes').fill('17:00:00');
  await page.getByRole('button', { name: 'Keep as a draft' }).click();
  await see(page, 'Aisha Khan drafted a change');
  await judge(page, 'a drafted setting');
  await page.getByRole('button', { name: 'Publish' }).click();
  await see(page, 'is:  17:00:00');
  await judge(page, 'publishing');
  await page.getByRole('button', { name: 'Publish it' }).click();
  await see(page, 'Version 2 is published.');
  await page.getByRole('button', { name: 'Edit from version 1' }).waitFor();
  // One policy more.
  await page.goto('/settings?section=office');
  await page.getByRole('button', { name: 'One more: policies' }).click();
  const policy = page.getByRole('group', { name: 'Policies 7' });
  await policy.getByLabel('Title').fill('Pets');
  await policy.getByLabel('Asked as, one a line').fill('pets\ndog');
  await page.getByRole('button', { name: 'Keep as a draft' }).click();
  await see(page, 'each fee and policy needs words');
  await policy.getByLabel('Words').fill('Pets are considered home by home.');
  await judge(page, 'a new policy');
  await page.getByRole('button', { name: 'Keep as a draft' }).click();
  await see(page, 'Aisha Khan drafted a change');
  await page.getByRole('button', { name: 'Take out Policies 7' }).click();
  await policy.waitFor({ state: 'detached' });
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('tab', { name: 'Hours', exact: true }).click();
  await see(page, 'Version 2 is published.');
  await page.getByRole('button', { name: 'One more: exceptions' }).click();
  const exception = page.getByRole('group', { name: 'Exceptions 1' });
  await exception.getByLabel('Date').fill('2026-12-02');
  await exception.getByLabel('Opens').fill('10:00');
  await exception.getByLabel('Closes').fill('12:30');
  await page.getByRole('button', { name: 'Keep as a draft' }).click();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Publish it' }).click();
  await see(page, 'Version 3 is published.');
  await page.getByRole('cell', { name: '10:00 to 12:30' }).waitFor();
  await judge(page, 'an exception of the hours');
  await page.context().close();
}

/** Sarah is tried out, and what she would have written is shown. */
async function testPhone(browser, state) {
  for (const [look, options] of LOOKS) {
    const page = await context(browser, options, state);
    await page.goto('/test-phone');
    await page.getByRole('button', { name: 'Ring Sarah' }).click();
    await page.getByLabel('You say').fill('I am looking for a two bedroom flat to rent in Maida Vale');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('two bedroom flat to rent').first().waitFor();
    await page.getByRole('cell', { name: 'Property enquiry rent' }).waitFor();
    await judge(page, `a test call, ${look}`);
    await page
      .getByLabel('A whole call')
      .fill('up to two thousand eight hundred\ncould I view the first one');
    await page.getByRole('button', { name: 'Say all of it' }).click();
    await page.getByRole('log').getByText('could I view the first one').waitFor();
    await page.getByRole('button', { name: 'Hang up' }).click();
    await see(page, 'Ended: the caller hung up');
    await see(page, 'outcome: ');
    await judge(page, `a test call that is over, ${look}`);
    await page.getByRole('button', { name: 'Ring Sarah' }).click();
    await page.getByText('The call before, to compare').click();
    await page.getByText('could I view the first one').waitFor();
    await judge(page, `a second test call, ${look}`);
    await page.getByRole('button', { name: 'Hang up' }).click();
    await see(page, 'Ended: the caller hung up');
    await page.context().close();
  }
}

async function emergency(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/tasks');
  await see(page, 'Tasks');
  await caller({ ring: '+447700900110' });
  await caller({ say: 'I can smell gas in my flat' });
  const alert = page.getByRole('alert').filter({ hasText: 'Emergency: Gas' });
  await alert.waitFor({ timeout: 3_000 });
  if (!(await page.title()).startsWith('(!)')) note('emergency', `the tab is called ${await page.title()}`);
  for (const [look, options] of LOOKS) {
    const other = await context(browser, options, state);
    await other.goto('/');
    await other.getByRole('alert').first().waitFor();
    await judge(other, `an emergency, ${look}`);
    await other.context().close();
  }
  await alert.getByRole('button', { name: 'I am taking this' }).click();
  await alert.waitFor({ state: 'detached' });
  await caller({ hang_up: true });
  await page.goto('/');
  await see(page, /taken by Aisha Khan/);
  await judge(page, 'an emergency that was taken');
  await page.context().close();
}

/** A tenant reports a repair with a photo: it is looked at, and worked on. */
async function repair(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/maintenance');
  await caller({ report: true });
  await page.getByRole('row').filter({ hasText: 'dripping' }).locator('a.record').click();
  await see(page, 'What was said of it');
  const photo = page.getByRole('link', { name: /^Picture, / });
  await photo.waitFor();
  await page.waitForFunction(() => {
    const image = document.querySelector('main img');
    return image?.complete && image.naturalWidth > 0;
  });
  const here = page.url();
  for (const [look, options] of LOOKS) {
    const other = await context(browser, options, state);
    await other.goto(here);
    await see(other, 'What was said of it');
    await judge(other, `a repair, ${look}`);
    await other.context().close();
  }
  await page.keyboard.press('e');
  await page.getByRole('combobox', { name: 'State' }).click();
  await page.getByRole('option', { name: 'Resolved' }).click();
  await page.getByLabel('What was it, and what was done?').fill('A worn washer, replaced.');
  await judge(page, 'resolving a repair');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'Resolved' }).waitFor();
  await see(page, 'open → resolved: A worn washer, replaced.');
  await judge(page, 'a repair with a note');
  await page.goto('/maintenance?status=done');
  await page.locator('a.record').first().waitFor();
  await page.goto('/inbox');
  await page.locator('a.record').filter({ hasText: /./ }).first().click();
  await page.getByRole('log').getByRole('img').or(page.getByRole('log').locator('img')).first().waitFor();
  await page.context().close();
}

/** Colleagues write down what is to be done, find people by name, and are not thrown out in the middle of it. */
async function work(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/tasks');
  await page.getByRole('button', { name: 'New task' }).waitFor();
  await page.locator('h1').click();
  await page.keyboard.press('c');
  await page.getByLabel('What is to be done').fill('Order new keys for Elgin Avenue');
  await judge(page, 'a new task');
  // The session ends while the form is open: it stays, and what was written is kept.
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  page.removeAllListeners('console');
  await page.getByRole('button', { name: 'Write it down' }).click();
  await see(page, 'Your session has ended');
  await judge(page, 'signing in again');
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Your session has ended').waitFor({ state: 'detached' });
  if (cookies.length === 0) note('work', 'there was no session to lose');
  await page.getByRole('button', { name: 'Write it down' }).click();
  await page.getByText('Order new keys for Elgin Avenue').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to…').pressSequentially('Okoro');
  await page.getByText('Lead', { exact: true }).waitFor();
  await judge(page, 'the palette, a person');
  await page.getByText('Sam Okoro').last().click();
  await see(page, 'Everything that happened');
  await page.goto('/calls?outcome=viewing_booked');
  const csv = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const lines = readFileSync(await (await csv).path(), 'utf8').split('\r\n');
  if (!lines[0].startsWith('"id","started"') || lines.length < 2) note('work', `the CSV is ${lines}`);
  await page.getByRole('button', { name: 'Kept views' }).click();
  await page.getByRole('menuitem', { name: 'Keep what is shown now…' }).click();
  await page.getByLabel('Name of this view').fill('Booked');
  await judge(page, 'a view with a name');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.goto('/leads');
  await page.getByRole('button', { name: 'Kept views' }).click();
  await page.getByRole('menuitem', { name: 'Booked' }).click();
  await page.waitForURL(/outcome=viewing_booked/);
  await page.locator('a.record').first().click();
  await see(page, 'What came of it');
  await page.goto('/leads');
  await page.waitForFunction(() => document.title.startsWith('Leads · '));
  await page.context().close();
}

/** Two colleagues at the same list, a record that is erased while it is read, and a form that follows the record. */
async function together(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/leads');
  await page.locator('a.record').first().click();
  await page.getByRole('button', { name: 'Book a viewing' }).waitFor();
  const first = page.url();
  await page.keyboard.press(']');
  await page.waitForURL((url) => url.href !== first);
  await page.getByRole('button', { name: 'Book a viewing' }).waitFor();
  await page.keyboard.press('[');
  await page.waitForURL(first);
  let booked;
  await page.route('**/api/v1/viewings', (route) => {
    booked = route.request().postDataJSON();
    return route.fulfill({ status: 201, json: { id: 1 } });
  });
  await page.getByRole('button', { name: 'Book a viewing' }).click();
  await page.getByRole('combobox', { name: 'Home' }).click();
  await page.getByRole('option', { name: /JB-2024-001/ }).click();
  await page.getByLabel('Day').fill('2026-11-26');
  await page.getByRole('dialog').getByRole('radio').first().check();
  await page.getByRole('button', { name: 'Book it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  if (!first.endsWith(`/${booked?.lead}`))
    note('leads', `on ${first} a viewing is booked for ${booked?.lead}`);

  const gone = { status: 404, code: 'not_found', title: 'There is no such lead' };
  const name = await page.locator('h1').innerText();
  await page.route(`**/api/v1/leads/${booked?.lead}`, (route) =>
    route.fulfill({ status: 404, contentType: 'application/problem+json', body: JSON.stringify(gone) }),
  );
  await page.getByRole('button', { name: 'Write a note' }).click();
  await page.getByLabel('What you know').fill('Rings on Monday.');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await see(page, 'There is no such lead');
  if ((await page.locator('main').innerText()).includes(name)) note('leads', 'who was erased is shown still');
  await judge(page, 'a lead that was erased meanwhile');

  const [mine, theirs] = [await context(browser, {}, state), await context(browser, {}, state)];
  for (const one of [mine, theirs]) await one.goto('/settings?section=working-hours');
  const from = (one) => one.getByRole('group', { name: /line 1$/ }).getByLabel('From');
  await from(mine).fill('08:15');
  await from(theirs).fill('08:45');
  await theirs.getByRole('button', { name: 'Save', exact: true }).click();
  await theirs.waitForFunction(() => !document.querySelector('form button[type=submit]:not([disabled])'));
  await mine.getByRole('button', { name: 'Save', exact: true }).click();
  await mine.getByRole('alert').waitFor();
  if ((await from(mine).inputValue()) !== '08:15') note('working hours', 'what was not saved is lost');
  await judge(mine, 'working hours that a colleague has changed');
  await mine.getByRole('button', { name: 'Undo' }).click();
  if ((await from(mine).inputValue()) !== '08:45')
    note('working hours', 'what the colleague saved is not shown');
  await from(mine).fill('09:00');
  await mine.getByRole('button', { name: 'Save', exact: true }).click();
  await mine.waitForFunction(() => !document.querySelector('form button[type=submit]:not([disabled])'));
  for (const one of [page, mine, theirs]) await one.context().close();
}

async function tasks(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/tasks');
  const done = page.getByRole('button', { name: /^Done: / });
  await done.first().waitFor();
  const [before, title] = [await done.count(), await done.first().getAttribute('aria-label')];
  await done.first().click();
  await see(page, 'Undo');
  await page.waitForFunction(
    (count) => document.querySelectorAll('[aria-label^="Done: "]').length === count - 1,
    before,
  );
  await judge(page, 'a task done');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page
    .getByRole('button', { name: title ?? '' })
    .first()
    .waitFor();
  await page.context().close();
}

/** A paper is attached and removed again. */
async function documents(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/documents');
  await page.getByRole('combobox', { name: 'Tenant' }).click();
  await page.getByRole('option', { name: /Grace Mensah/ }).click();
  const buffer = Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer });
  await page.getByRole('button', { name: 'Attach' }).click();
  await page.getByRole('link', { name: 'Tenancy agreement' }).waitFor();
  await judge(page, 'a document');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await see(page, 'This cannot be undone');
  await judge(page, 'removing a document');
  await page.getByRole('button', { name: 'Remove it' }).click();
  await see(page, 'No papers yet');
  await page.context().close();
}

/** A call is heard, and its caller's data downloaded, held and erased; who looked is written down. */
async function theirData(browser, state) {
  const page = await context(browser, {}, state);
  await page.goto('/leads');
  await page.getByRole('link', { name: 'Hana Sato' }).click();
  await see(page, 'Their data');
  const lead = page.url();
  await page.getByRole('region', { name: 'Everything that happened' }).getByRole('link').first().click();
  await page.getByRole('region', { name: 'Recording' }).waitFor();
  await judge(page, 'a recorded call');
  const sound = await page.locator('audio').getAttribute('src');
  const heard = async (range) => {
    const answer = await page.request.get(sound, { headers: { range } });
    return [answer.status(), answer.headers()['content-range'], (await answer.body()).toString('latin1')];
  };
  const whole = await page.request.get(sound);
  const bytes = (await whole.body()).toString('latin1');
  if (whole.headers()['content-type'] !== 'audio/mpeg') note('a recorded call', 'there is nothing to hear');
  for (const [range, expected] of [
    ['bytes=1-3', [206, `bytes 1-3/${bytes.length}`, bytes.slice(1, 4)]],
    ['bytes=-2', [206, `bytes ${bytes.length - 2}-${bytes.length - 1}/${bytes.length}`, bytes.slice(-2)]],
    [`bytes=${bytes.length}-`, [416, `bytes */${bytes.length}`, '']],
    ['bytes=3-99999999', [206, `bytes 3-${bytes.length - 1}/${bytes.length}`, bytes.slice(3)]],
    ['lines=1-3', [200, undefined, bytes]],
  ]) {
    const got = await heard(range);
    if (JSON.stringify(got) !== JSON.stringify(expected))
      note('a recorded call', `${range}: ${got.slice(0, 2)}`);
  }
  await page.goto(lead);
  const archive = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download all that is kept' }).click();
  if (!(await archive).suggestedFilename().endsWith('.zip')) note('their data', 'the archive is no archive');
  await page.getByRole('button', { name: 'Legal hold' }).click();
  await page.getByLabel('Why nothing may be erased').fill('deposit dispute');
  await judge(page, 'placing a hold');
  await page.getByRole('button', { name: 'Place it' }).click();
  await see(page, 'Nothing may be erased: deposit dispute.');
  await page.getByRole('button', { name: 'Lift the hold' }).click();
  await page.getByRole('button', { name: 'Erase' }).click();
  await see(page, 'cannot be brought back');
  await judge(page, 'erasing');
  await page.getByLabel(/^Type/).fill('erase');
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await page.waitForURL(/\/leads$/);
  await page.getByLabel('Name, number or email').fill('Sato');
  await see(page, 'No leads match');
  await page.goto('/accounts');
  await see(page, 'Caller erased');
  await page.getByText('Who looked at whom').click();
  await see(page, /^recording call_/);
  await judge(page, 'who looked at whom');
  await page.context().close();
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  const state = await signIn(browser);
  await everyPage(browser, state);
  await keys(browser, state);
  await states(browser, state);
  await stale(browser, state);
  const kilobytes = await weight(browser, state);
  const times = await watch(browser, state);
  await takeOver(browser, state);
  await emergency(browser, state);
  await work(browser, state);
  await together(browser, state);
  await inbox(browser, state);
  await repair(browser, state);
  await review(browser, state);
  await diary(browser, state);
  await settings(browser, state);
  await testPhone(browser, state);
  await tasks(browser, state);
  await documents(browser, state);
  await theirData(browser, state);
  process.stderr.write(`the first screen is ${kilobytes} kB of gzip\n`);
  process.stderr.write(`lines were on screen after ${times.join(', ')} ms\n`);
} catch (error) {
  note('walk', error.stack);
  // What was on screen then, for whoever looks into it.
  for (const [nth, page] of browser
    .contexts()
    .flatMap((context) => context.pages())
    .entries()) {
    const path = join(tmpdir(), `receptionist-walk-${nth}.png`);
    await page.screenshot({ path });
    note(page.url(), `see ${path}`);
  }
}
await browser.close();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
