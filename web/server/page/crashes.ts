import type { IssueRow } from '../metrics/issues.js';
import type { Summary } from '../app/summary.js';
import type { Exception, Frame } from '../rules/event-view.js';
import { byId, h, keyed, setText } from './dom.js';
import { clock, count, dayAndMinute, plural } from './format.js';
import { cells, isStale, openable, pill, raw } from './rows.js';

/** Goes to a session; false if it is no longer in the list. */
type ShowSession = (sid: string) => boolean;

const place = ({ file, line, column }: Frame): string =>
  [file, line, column].filter((part) => part !== undefined && part !== '').join(':');

/** The calls, the innermost one first, as stacks are read. */
function stack(frames: readonly Frame[]): HTMLElement {
  if (frames.length === 0) return h('p', { class: 'soft' }, 'It came without a stack.');
  return h(
    'ol',
    { class: 'stack' },
    ...[...frames]
      .reverse()
      .map((frame) =>
        h(
          'li',
          { class: frame.inApp ? undefined : 'soft' },
          h('code', { class: 'call' }, frame.function || '(anonymous)'),
          ' ',
          h('code', { class: 'place' }, place(frame) || 'unknown place'),
        ),
      ),
  );
}

function exception(entry: Exception, isCause: boolean): HTMLElement[] {
  const { type, value, mechanism, handled, frames } = entry;
  return [
    h(
      'h4',
      {},
      isCause ? h('span', { class: 'soft' }, 'Caused by ') : '',
      `${type || 'Error'}${value === '' ? '' : `: ${value}`}`,
    ),
    h(
      'p',
      { class: 'soft small' },
      [
        handled === false ? 'Nobody caught it' : handled === true ? 'Caught' : '',
        mechanism === undefined ? '' : `seen by ${mechanism}`,
      ]
        .filter(Boolean)
        .join(', '),
    ),
    stack(frames),
  ];
}

/** A list of what is known of the latest event. */
function facts({ event }: IssueRow): HTMLElement {
  const { id, time, release, environment, user, url } = event;
  const known: [string, string | undefined][] = [
    ['Latest event', id],
    ['Time', `${dayAndMinute(time)}:${clock(time).slice(-2)}`],
    ['Release', release ?? 'none'],
    ['Environment', environment],
    ['User', user],
    ['Address', url],
  ];
  return h(
    'dl',
    { class: 'facts' },
    ...known.flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [h('dt', {}, name), h('dd', {}, value)],
    ),
  );
}

function sessionButton(sid: string, showSession: ShowSession): HTMLElement {
  const button = h('button', { type: 'button', class: 'small' }, `Session ${sid.slice(0, 8)}`);
  button.addEventListener('click', () => {
    if (showSession(sid)) return;
    button.disabled = true;
    setText(button, `Session ${sid.slice(0, 8)} is no longer in the list`);
  });
  return button;
}

function fill(inside: HTMLElement, issue: IssueRow, showSession: ShowSession): void {
  if (!isStale(inside, `${issue.event.id} ${issue.events}`)) return;
  const { exceptions, message } = issue.event;
  const releases = issue.releases.map(({ release, events }) =>
    h('li', {}, `${release || 'no release'} `, h('span', { class: 'soft' }, `× ${count(events)}`)),
  );
  inside.replaceChildren(
    ...(exceptions.length === 0
      ? [h('h4', {}, message || issue.type)]
      : [...exceptions].reverse().flatMap((entry, index) => exception(entry, index > 0))),
    facts(issue),
    h('h4', {}, 'Releases'),
    h('ul', { class: 'chips' }, ...releases),
    h('h4', {}, 'Sessions'),
    issue.latestSessions.length === 0
      ? h('p', { class: 'soft' }, 'No event names its session (tag session.id).')
      : h(
          'div',
          { class: 'buttons' },
          ...issue.latestSessions.map((sid) => sessionButton(sid, showSession)),
        ),
    raw('Event as it was read', JSON.stringify(issue.event, null, 2)),
  );
}

function title({ type, message, top, isNew, firstRelease }: IssueRow): HTMLElement {
  return h(
    'span',
    { class: 'crash-title' },
    isNew ? pill(`new in ${firstRelease}`, 'bad') : '',
    h('b', {}, type),
    ` ${message.slice(0, 200)} `,
    h('span', { class: 'soft small' }, top),
  );
}

/** What crashed: a row for each kind, which opens to its stack. */
export function showCrashes({ issues, issueCount }: Summary, showSession: ShowSession): void {
  byId('crashes').classList.toggle('hidden', issues.length === 0);
  const current = new Map(issues.map((issue) => [issue.key, issue]));
  keyed(
    byId('crash-list'),
    issues,
    ({ key }) => key,
    ({ key }) =>
      openable('crashes-grid', (inside) => {
        const issue = current.get(key);
        if (issue !== undefined) fill(inside, issue, showSession);
      }),
    (element, issue) => {
      element.id = `issue-${issue.key}`;
      cells(element.querySelector('summary') as Element, [
        ['What', title(issue)],
        ['Events', count(issue.events)],
        ['Sessions', count(issue.sessions)],
        ['Users', count(issue.users)],
        ['First seen in', issue.firstRelease || '–'],
        ['Last seen', clock(issue.lastSeen)],
      ]);
      const details = element.querySelector('details') as HTMLDetailsElement;
      if (details.open) fill(details.querySelector('.inside') as HTMLElement, issue, showSession);
    },
  );
  const fresh = issues.filter(({ isNew }) => isNew).length;
  setText(
    byId('crashes-note'),
    `${plural(issueCount, 'kind')} of error${fresh > 0 ? `, ${count(fresh)} new` : ''}`,
  );
}
