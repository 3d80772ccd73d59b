const KEY = 'cart';

/** Product ids; one entry for each piece. It lives as long as the tab. */
export function cart(): string[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

export function setCart(list: readonly string[]): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // Without storage the cart stays empty.
  }
  const mark = document.getElementById('cart-count');
  if (mark !== null) mark.textContent = list.length > 0 ? String(list.length) : '';
}
