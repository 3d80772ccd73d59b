import { byId, h } from './dom.js';

/** What the server can be asked to do with the next requests of a project. */
const ORDERS: { label: string; path: string; body: unknown; method?: string }[] = [
  { label: 'Next answer 503', path: 'faults', body: { status: 503 } },
  {
    label: 'Next answer 429, retry after 10 s',
    path: 'faults',
    body: { status: 429, headers: { 'retry-after': '10' } },
  },
  {
    label: 'Limit sessions for 20 s',
    path: 'limit',
    body: { categories: ['session'], seconds: 20 },
  },
  { label: 'Cut the next connection', path: 'faults', body: { drop: 'before' } },
  { label: 'Count the next, then cut', path: 'faults', body: { drop: 'after' } },
  { label: 'Answer the next after 5 s', path: 'faults', body: { delayMs: 5000 } },
  { label: 'Disable the project', path: 'settings', body: { disabled: true } },
  { label: 'Enable the project', path: 'settings', body: { disabled: false } },
  { label: 'Take orders back', path: 'faults', body: {}, method: 'DELETE' },
  { label: 'Forget everything', path: 'reset', body: {} },
];

/** Gives an order; resolves with what is wrong with it, if anything is. */
export async function order(
  project: string,
  path: string,
  body: unknown,
  method = 'POST',
): Promise<string | undefined> {
  const response = await fetch(`/api/${project}/${path}`, { method, body: JSON.stringify(body) });
  if (response.ok) return undefined;
  const { error } = (await response.json()) as { error?: string };
  return error ?? `The server answered ${response.status}.`;
}

export function showOrders(project: () => string): void {
  byId('orders').append(
    ...ORDERS.map(({ label, path, body, method }) => {
      const button = h('button', { type: 'button' }, label);
      button.addEventListener('click', () => {
        void order(project(), path, body, method).catch(() => undefined);
      });
      return button;
    }),
  );
}
