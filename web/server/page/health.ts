import type { RequestView } from '../app/views.js';
import type { Summary } from '../metrics/summary.js';
import { showTimeline } from './chart.js';
import { byId, h, keyed, setText } from './dom.js';
import { showFigures } from './figures.js';
import { percent, plural } from './format.js';
import { showCrashes } from './crashes.js';
import { showEnvelopes } from './envelopes.js';
import { addRequests, isEmpty, type ListFilter } from './received.js';
import { openSession, showSessions } from './sessions.js';
import { showInboundFilters } from './inbound.js';
import { chooseTheme } from './theme-button.js';
import { order, showOrders } from './orders.js';

const ALL = '\0all';
/** Sample data has a project of its own, so that it never mixes with real sessions. */
const SAMPLE = '1000';
const { key, shop } = document.body.dataset;

const selects = {
  project: byId<HTMLSelectElement>('project'),
  release: byId<HTMLSelectElement>('release'),
  environment: byId<HTMLSelectElement>('environment'),
};
const state = new URLSearchParams(location.search);
let source: EventSource | undefined;
let lastAnnounced = 0;

const project = (): string => state.get('project') ?? '1';

function listFilter(): ListFilter {
  const filter: ListFilter = { problems: byId<HTMLInputElement>('problems').checked };
  const release = state.get('release');
  const environment = state.get('environment');
  if (release !== null) filter.release = release;
  if (environment !== null) filter.environment = environment;
  return filter;
}

/** Shows the values in a select and keeps the chosen one, even if nothing arrived for it yet. */
function fillSelect(
  select: HTMLSelectElement,
  values: readonly string[],
  chosen: string,
  name: (value: string) => string,
): void {
  const all = values.includes(chosen) ? values : [...values, chosen];
  keyed(
    select,
    all,
    (value) => `=${value}`,
    (value) => h('option', { value }, name(value)),
    () => undefined,
  );
  if (select.value !== chosen) select.value = chosen;
}

function showFilters({ projects, releases, environments }: Summary): void {
  fillSelect(selects.project, [...new Set([...projects, '1'])], project(), (value) =>
    value === SAMPLE ? 'sample data' : value,
  );
  const named = (word: string) => (value: string) =>
    value === ALL ? `all ${word}` : value === '' ? 'none' : value;
  const { release = ALL, environment = ALL } = listFilter();
  fillSelect(selects.release, [ALL, ...releases], release, named('releases'));
  fillSelect(selects.environment, [ALL, ...environments], environment, named('environments'));
}

/** A link to a crash opens it. */
function followHash(): void {
  const row =
    location.hash.startsWith('#issue-') && document.getElementById(location.hash.slice(1));
  const details = row ? row.querySelector('details') : null;
  if (details === null) return;
  details.open = true;
  details.scrollIntoView({ block: 'center' });
  details.querySelector('summary')?.focus();
}
addEventListener('hashchange', followHash);

function showLists(): void {
  const filter = listFilter();
  showSessions(filter);
  showEnvelopes(filter);
}

function showSummary(summary: Summary): void {
  const isNew = summary.counts.requests === 0;
  byId('empty').classList.toggle('hidden', !isNew);
  byId('figures').classList.toggle('hidden', isNew);
  byId('live').classList.toggle('hidden', isNew);
  showFilters(summary);
  setText(
    byId('pending'),
    summary.disabled
      ? 'The project is disabled.'
      : summary.faults > 0
        ? `Still to come: ${summary.faults}.`
        : '',
  );
  showInboundFilters(summary.filters, project);
  showNotes(summary.notes);
  if (isNew) return;
  showFigures(summary);
  showCrashes(summary, showSession);
  showTimeline(summary.timeline);
  announce(summary);
}

/** What the figures leave out. */
function showNotes(notes: readonly string[]): void {
  setText(byId('notes'), notes.join(' '));
  byId('notes').classList.toggle('hidden', notes.length === 0);
}

/** From a crash to the session in which it happened. */
function showSession(sid: string): boolean {
  selectTab(byId('tab-sessions'));
  return openSession(sid);
}

/** Tells screen readers at most every five seconds. */
function announce({ total }: Summary): void {
  if (performance.now() - lastAnnounced < 5000) return;
  lastAnnounced = performance.now();
  setText(
    byId('announce'),
    `${plural(total.all, 'session')}, crash-free ${percent(total.crashFreeRate)}`,
  );
}

function showConnection(text: string, tone: string): void {
  const mark = byId('connection');
  setText(mark, text);
  mark.dataset['tone'] = tone;
}

function connect(): void {
  source?.close();
  const query = new URLSearchParams(state);
  query.set('project', project());
  source = new EventSource(`/live?${query}`);
  // After a lost connection the server sends its list from the beginning.
  source.addEventListener('open', () => showConnection('live', 'good'));
  source.addEventListener('error', () => showConnection('server gone, trying again', 'bad'));
  source.addEventListener('requests', (event: MessageEvent<string>) => {
    const { list, reset } = JSON.parse(event.data) as { list: RequestView[]; reset: boolean };
    addRequests(list, reset);
    showLists();
  });
  source.addEventListener('summary', (event: MessageEvent<string>) => {
    showSummary(JSON.parse(event.data) as Summary);
  });
}

function change(name: string, value: string | undefined): void {
  if (value === undefined) state.delete(name);
  else state.set(name, value);
  if (name === 'project') {
    state.delete('release');
    state.delete('environment');
    addRequests([], true);
  }
  const query = state.toString();
  history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
  showLists();
  connect();
}

for (const [name, select] of Object.entries(selects)) {
  select.addEventListener('change', () => {
    change(name, select.value === ALL ? undefined : select.value);
  });
}
for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="range"]')) {
  radio.checked = radio.value === (state.get('range') ?? '');
  radio.addEventListener('change', () => change('range', radio.value || undefined));
}
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('problems').addEventListener('change', showLists);

chooseTheme();

const tabs = [byId('tab-sessions'), byId('tab-envelopes')];
function selectTab(chosen: HTMLElement): void {
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute('aria-selected', String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    byId(tab.getAttribute('aria-controls') ?? '').classList.toggle('hidden', !isChosen);
  }
}
tabs.forEach((tab, index) => {
  tab.addEventListener('click', () => selectTab(tab));
  tab.addEventListener('keydown', ({ key }) => {
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
    const other = tabs[1 - index];
    if (other === undefined) return;
    selectTab(other);
    other.focus();
  });
});
selectTab(byId('tab-sessions'));

const dsn = `${location.protocol}//${key}@${location.host}/${project()}`;
setText(byId('dsn'), dsn);
setText(
  byId('snippet'),
  `<script async src="${location.origin}/crashfree.min.js"\n` +
    `  data-dsn="${dsn}"\n` +
    '  data-release="my-app@1.0.0"\n' +
    '  data-environment="production"></script>',
);
byId('copy').addEventListener('click', () => {
  void navigator.clipboard.writeText(dsn).then(
    () => setText(byId('copy'), 'Copied'),
    () => getSelection()?.selectAllChildren(byId('dsn')),
  );
});
byId('sample').addEventListener('click', () => {
  void order(SAMPLE, 'sample', {})
    .then(() => change('project', SAMPLE))
    .catch(() => undefined);
});
// Without --demo there is no shop to link to.
if (shop === 'no') {
  byId('shop-link').classList.add('hidden');
  byId('empty-shop').closest('li')?.classList.add('hidden');
}

showOrders(project);
if (isEmpty()) showLists();
connect();
