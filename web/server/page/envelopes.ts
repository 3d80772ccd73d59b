import type { RequestView } from '../app/views.js';
import { isSuccess } from '../wire/status.js';
import { byId, h, keyed, setText } from './dom.js';
import { bytes, clock, plural } from './format.js';
import { matches, received, type ListFilter } from './received.js';
import { cells, isStale, openable, pill, raw } from './rows.js';
import { careful, said, verdict, worst, type Verdict } from './verdict.js';

const SHOWN = 150;

function fillEnvelope(inside: HTMLElement, request: RequestView): void {
  if (!isStale(inside, '')) return;
  inside.replaceChildren(
    h('p', {}, request.reason),
    ...request.warnings.map(careful),
    ...request.items.map(verdict),
    request.moreItems > 0 ? h('p', { class: 'soft' }, `and ${request.moreItems} items more`) : '',
    ...(request.envelope === undefined
      ? []
      : [raw('Envelope header', JSON.stringify(request.envelope, null, 2))]),
    raw('Body as sent', request.body === '' ? '(empty)' : request.body),
  );
}

function requestVerdict(request: RequestView): Verdict {
  if (request.status === 0) return { text: 'cut', tone: 'bad', note: request.reason };
  if (!isSuccess(request.status)) return { text: 'refused', tone: 'bad', note: request.reason };
  if (request.items.length === 0) return { text: 'taken', tone: 'good', note: request.reason };
  const [warning] = request.warnings;
  const verdict = worst(request.items);
  return warning === undefined || verdict.tone === 'bad'
    ? verdict
    : { text: 'careful', tone: 'warn', note: warning };
}

export function showEnvelopes(filter: ListFilter): void {
  const isOpen = filter.release === undefined && filter.environment === undefined;
  const list = received()
    .filter((request) => {
      const { tone } = requestVerdict(request);
      if (filter.problems && tone === 'good') return false;
      const named = { ...filter, problems: false };
      return isOpen || request.items.some((item) => matches(item, named));
    })
    .reverse()
    .slice(0, SHOWN);
  const current = new Map(list.map((request) => [String(request.number), request]));
  keyed(
    byId('envelope-list'),
    list,
    ({ number }) => String(number),
    ({ number }) =>
      openable('envelopes-grid', (inside) => {
        const request = current.get(String(number));
        if (request !== undefined) fillEnvelope(inside, request);
      }),
    (element, request) => {
      const kinds = new Map<string, number>();
      for (const { type } of request.items) kinds.set(type, (kinds.get(type) ?? 0) + 1);
      const items = [...kinds].map(([type, number]) =>
        type === 'session' ? plural(number, 'update') : `${number} × ${type}`,
      );
      const { status } = request;
      const tone = isSuccess(status) ? 'good' : 'bad';
      cells(element.querySelector('summary') as Element, [
        ['Time', clock(request.receivedAt)],
        ['Number', `#${request.number}`],
        ['Answer', pill(status === 0 ? 'none' : String(status), tone)],
        ['Size', bytes(request.bytes)],
        ['Items', request.method === 'POST' ? items.join(', ') || 'none' : request.method],
        ['Verdict', said(requestVerdict(request))],
      ]);
    },
  );
  byId('envelopes-none').classList.toggle('hidden', list.length > 0);
  setText(byId('tab-envelopes'), `Envelopes (${list.length}${list.length === SHOWN ? '+' : ''})`);
}
