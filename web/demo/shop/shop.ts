import { h } from '../../server/page/dom.js';
import { cart, setCart } from './cart.js';
import { call } from './library.js';
import { showPanel } from './panel.js';
import { showStrip } from './strip.js';
import { restoreUser } from './user.js';
import { PRODUCTS, price, type Product } from './products.js';

const { base = '', version = '' } = document.body.dataset;
const SVG = 'http://www.w3.org/2000/svg';

function picture({ path }: Product): Node {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 48 48');
  svg.setAttribute('aria-hidden', 'true');
  const outline = document.createElementNS(SVG, 'path');
  outline.setAttribute('d', path);
  svg.append(outline);
  return svg;
}

function add(product: Product): void {
  setCart([...cart(), product.id]);
}

function showProducts(list: Element): void {
  for (const product of PRODUCTS) {
    const button = h('button', { type: 'button' }, 'Add');
    button.setAttribute('aria-label', `Add ${product.name} to the cart`);
    button.addEventListener('click', () => add(product));
    list.append(
      h(
        'li',
        { class: 'product' },
        h(
          'a',
          { href: `${base}/product?id=${product.id}` },
          h('span', { class: 'picture' }, picture(product)),
          h('b', {}, product.name),
        ),
        h('p', { class: 'buy' }, h('span', {}, price(product.price)), button),
      ),
    );
  }
}

function showProduct(place: Element): void {
  const id = new URLSearchParams(location.search).get('id');
  const product = PRODUCTS.find((entry) => entry.id === id) ?? (PRODUCTS[0] as Product);
  const button = h('button', { type: 'button', class: 'primary' }, 'Add to the cart');
  button.addEventListener('click', () => add(product));
  place.append(
    h(
      'div',
      { class: 'detail' },
      h('span', { class: 'picture' }, picture(product)),
      h(
        'div',
        {},
        h('h1', {}, product.name),
        h('p', { class: 'lead' }, product.text),
        h('p', { class: 'total' }, price(product.price)),
        button,
      ),
    ),
  );
}

function showCart(list: Element): void {
  const ids = cart();
  const chosen = PRODUCTS.filter(({ id }) => ids.includes(id));
  list.replaceChildren(
    ...chosen.map((product) => {
      const pieces = ids.filter((id) => id === product.id).length;
      const button = h('button', { type: 'button' }, 'Remove');
      button.setAttribute('aria-label', `Remove ${product.name}`);
      button.addEventListener('click', () => {
        setCart(cart().filter((id) => id !== product.id));
        showCart(list);
      });
      return h(
        'li',
        {},
        h('span', {}, `${pieces} × ${product.name}`),
        h('span', { class: 'num' }, price(pieces * product.price)),
        button,
      );
    }),
  );
  const total = ids.reduce((sum, id) => sum + (PRODUCTS.find((p) => p.id === id)?.price ?? 0), 0);
  const line = document.getElementById('cart-total');
  if (line !== null) {
    line.textContent = ids.length === 0 ? 'The cart is empty.' : `Total ${price(total)}`;
  }
  document.getElementById('to-checkout')?.classList.toggle('hidden', ids.length === 0);
}

/** Paying works in 1.4.0. In 2.0.0 it crashes with a voucher, as new releases do. */
function pay(form: HTMLFormElement): void {
  const voucher = String(new FormData(form).get('voucher') ?? '').trim();
  if (voucher !== '' && version === '2.0.0') {
    const rebates = new Map<string, { percent: number }>();
    const { percent } = rebates.get(voucher) as { percent: number };
    console.log(percent);
  } else if (voucher !== '') {
    call('captureException', new Error(`Unknown voucher ${voucher}`));
  }
  setCart([]);
  const paid = document.getElementById('paid');
  if (paid !== null) paid.textContent = 'Paid. Nothing will be delivered.';
}

restoreUser();
setCart(cart());
const show = (id: string, fill: (element: Element) => void): void => {
  const element = document.getElementById(id);
  if (element !== null) fill(element);
};
show('products', showProducts);
show('product', showProduct);
show('cart', showCart);
show('checkout', (form) => {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    pay(form as HTMLFormElement);
  });
});
showPanel();
showStrip();
