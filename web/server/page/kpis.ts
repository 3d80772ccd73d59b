/** The four figures at the top of the page. */
import type { Adoption } from '../metrics/adoption.js';
import type { Summary } from '../app/summary.js';
import { byId, h, setText } from './dom.js';
import { count, percent, plural } from './format.js';
import { STATES, stateBar, toneOf, updateStateBar, type StateNumbers } from './states.js';

interface Kpi {
  title: string;
  value: string;
  note: string;
  bar?: { numbers: StateNumbers; label: string };
  tone?: ReturnType<typeof toneOf>;
}

function showKpi(id: string, { title, value, note, bar, tone }: Kpi): void {
  const card = byId(id);
  if (card.childElementCount === 0) {
    card.append(
      h('h2', { class: 'kpi-title' }),
      h('p', { class: 'kpi-value' }),
      ...(bar === undefined ? [] : [stateBar()]),
      h('p', { class: 'kpi-note soft' }),
    );
  }
  setText(card.querySelector('.kpi-title') as Element, title);
  const number = card.querySelector('.kpi-value') as HTMLElement;
  setText(number, value);
  number.dataset['tone'] = tone ?? '';
  setText(card.querySelector('.kpi-note') as Element, note);
  const shown = card.querySelector('.bar');
  if (bar !== undefined && shown !== null) updateStateBar(shown, bar.numbers, bar.label);
}

/** "3 crashed, 2 errored" or a word of calm. */
function breakdown(numbers: StateNumbers): string {
  const parts = STATES.slice(1)
    .reverse()
    .filter((state) => numbers[state] > 0)
    .map((state) => `${count(numbers[state])} ${state}`);
  return parts.length === 0 ? 'nothing went wrong' : parts.join(', ');
}

const NONE = 'No session counted.';

const sessionsKpi = ({ total }: Summary): Kpi => ({
  title: 'Crash-free sessions',
  value: percent(total.crashFreeRate),
  note: total.all === 0 ? NONE : `${plural(total.all, 'session')}: ${breakdown(total)}`,
  bar: { numbers: total, label: 'Sessions' },
  tone: toneOf(total.crashFreeRate),
});

const usersKpi = ({ total: { users } }: Summary): Kpi => ({
  title: 'Crash-free users',
  value: percent(users.crashFreeRate),
  note:
    users.all === 0
      ? 'No session names a user (did).'
      : `${plural(users.all, 'user')}: ${breakdown(users)}`,
  bar: { numbers: users, label: 'Users' },
  tone: toneOf(users.crashFreeRate),
});

/** What people are on in production or, without one, in the first environment. */
function adoptionKpi({ adoption, total }: Summary): Kpi {
  const isProduction = ({ environment }: Adoption): boolean => environment === 'production';
  const main = adoption.find(isProduction) ?? adoption[0];
  const newest = main?.releases[0];
  return {
    title: 'Newest release',
    value: newest === undefined ? '–' : percent(newest.share),
    note:
      newest !== undefined && main !== undefined
        ? `of ${main.environment} is on ${newest.release}`
        : total.all === 0
          ? NONE
          : 'Sessions without an environment have no adoption.',
  };
}

function lostKpi({ counts, faults, disabled }: Summary): Kpi {
  const lost = counts.drop + counts.rejected;
  return {
    title: 'Lost at the server',
    value: count(lost),
    note:
      (faults > 0 ? `${plural(faults, 'fault')} ordered · ` : '') +
      (disabled ? 'project disabled · ' : '') +
      `${plural(counts.drop, 'item')} dropped, ${count(counts.rejected)} refused` +
      (counts.normalise > 0 ? `; ${count(counts.normalise)} altered` : ''),
    tone: lost > 0 ? 'warn' : 'good',
  };
}

export function showKpis(summary: Summary): void {
  showKpi('kpi-sessions', sessionsKpi(summary));
  showKpi('kpi-users', usersKpi(summary));
  showKpi('kpi-adoption', adoptionKpi(summary));
  showKpi('kpi-items', lostKpi(summary));
}
