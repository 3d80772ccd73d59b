import { isSessionItem } from '../ingest/limits.js';
import { byId, h, keyed, setText } from './dom.js';
import { clock } from './format.js';
import { about, matches, received, type ListFilter, type SessionItem } from './received.js';
import { cells, isStale, openable, statusPill } from './rows.js';
import { said, verdict, worst } from './verdict.js';

/** All that arrived for one session, or a single item that belongs to none. */
interface SessionView {
  key: string;
  sid: string;
  updates: SessionItem[];
}

const SHOWN = 150;

/** The id of the row of a session. */
const rowId = (key: string): string => `session-${key}`;

function sessionsOf(filter: ListFilter): SessionView[] {
  const views = new Map<string, SessionView>();
  for (const request of received()) {
    request.items.forEach((item, index) => {
      if (!isSessionItem(item.type)) return;
      const { sid } = about(item);
      const key = item.session === undefined ? `${request.number}.${index}` : sid;
      const view = views.get(key) ?? { key, sid, updates: [] };
      view.updates.push({ item, request });
      views.delete(key);
      views.set(key, view);
    });
  }
  return [...views.values()]
    .filter(({ updates }) => updates.some(({ item }) => matches(item, filter)))
    .reverse()
    .slice(0, SHOWN);
}

/** What crashed in a session, with the way to it. */
function eventsOf(sid: string): HTMLElement[] {
  const items = received().flatMap((request) => request.items);
  return items.flatMap(({ event, issue }) => {
    if (sid === '' || event?.sid !== sid || issue === undefined) return [];
    const last = event.exceptions.at(-1);
    const title = last === undefined ? event.message : `${last.type}: ${last.value}`;
    return [
      h(
        'p',
        { class: 'crash-of' },
        'What crashed in it: ',
        h('a', { href: `#issue-${issue}` }, title.slice(0, 120) || event.id),
      ),
    ];
  });
}

function fillSession(inside: HTMLElement, { sid, updates }: SessionView): void {
  const crashes = eventsOf(sid);
  if (!isStale(inside, `${updates.length} ${crashes.length}`)) return;
  inside.replaceChildren(
    h('p', { class: 'soft' }, sid === '' ? 'No session id' : 'Session ', h('code', {}, sid)),
    ...crashes,
    h(
      'ol',
      { class: 'updates' },
      ...updates.map(({ item, request }) =>
        h(
          'li',
          {},
          h(
            'p',
            { class: 'soft small' },
            `${clock(request.receivedAt)} · envelope ${request.number} · answer ${request.status}`,
          ),
          verdict(item),
        ),
      ),
    ),
  );
}

export function showSessions(filter: ListFilter): void {
  const list = sessionsOf(filter);
  const current = new Map(list.map((view) => [view.key, view]));
  keyed(
    byId('session-list'),
    list,
    ({ key }) => key,
    ({ key }) =>
      openable('sessions-grid', (inside) => {
        const view = current.get(key) ?? list.find((entry) => entry.key === key);
        if (view !== undefined) fillSession(inside, view);
      }),
    (element, view) => {
      element.id = rowId(view.key);
      const last = view.updates.at(-1) as SessionItem;
      const facts = about(last.item);
      const times = view.updates.length > 1 ? ` ×${view.updates.length}` : '';
      cells(element.querySelector('summary') as Element, [
        ['Time', clock(last.request.receivedAt)],
        ['Session', h('code', {}, `${view.sid.slice(0, 8) || '–'}${times}`)],
        ['Status', statusPill(facts.status, facts.errors, facts.mechanism)],
        ['Release', facts.release.slice(0, 80) || '–'],
        ['Environment', facts.environment.slice(0, 64) || '–'],
        ['User', facts.did.slice(0, 40) || '–'],
        ['Verdict', said(worst(view.updates.map(({ item }) => item)))],
      ]);
      const details = element.querySelector('details') as HTMLDetailsElement;
      if (details.open) fillSession(details.querySelector('.inside') as HTMLElement, view);
    },
  );
  byId('sessions-none').classList.toggle('hidden', list.length > 0);
  setText(byId('tab-sessions'), `Sessions (${list.length}${list.length === SHOWN ? '+' : ''})`);
}

/** Opens the row of a session and goes there; false if it is not in the list. */
export function openSession(sid: string): boolean {
  const row = document.getElementById(rowId(sid));
  const details = row?.querySelector('details');
  if (details === null || details === undefined) return false;
  details.open = true;
  details.scrollIntoView({ block: 'center' });
  details.querySelector('summary')?.focus();
  return true;
}
