import { byId, h } from '../../server/page/dom.js';

const { base = '' } = document.body.dataset;
const ORDERS = ['1001', '1002', '1003'];

function link(path: string, text: string): HTMLElement {
  return h('a', { href: `${base}/account${path}`, 'data-route': true }, text);
}

/** The view for a path below /account. */
function view(path: string): Node[] {
  const order = /^\/orders\/(\d+)$/.exec(path)?.[1];
  if (order !== undefined) {
    return [
      h('h2', {}, `Order ${order}`),
      h('p', {}, 'One empty book, on its way since Tuesday.'),
      h('p', {}, link('/orders', 'All orders')),
    ];
  }
  if (path === '/orders') {
    return [
      h('h2', {}, 'Orders'),
      h(
        'ul',
        { class: 'lines' },
        ...ORDERS.map((id) => h('li', {}, link(`/orders/${id}`, `Order ${id}`))),
      ),
    ];
  }
  if (path === '/settings') {
    return [h('h2', {}, 'Settings'), h('p', {}, 'There is nothing to set, and that is fine.')];
  }
  return [h('h2', {}, 'Overview'), h('p', {}, 'Welcome back. Your orders are where they were.')];
}

function render(): void {
  const path = location.pathname.slice(`${base}/account`.length).replace(/\/$/, '');
  byId('view').replaceChildren(...view(path));
  for (const entry of document.querySelectorAll<HTMLAnchorElement>('.tabs [data-route]')) {
    if (entry.pathname === location.pathname) entry.setAttribute('aria-current', 'page');
    else entry.removeAttribute('aria-current');
  }
}

document.addEventListener('click', (event) => {
  const target = (event.target as Element).closest<HTMLAnchorElement>('a[data-route]');
  if (target === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (target.href !== location.href) history.pushState(null, '', target.href);
  render();
});
addEventListener('popstate', render);
render();
