/** Who is logged in at the shop, over all of its pages. */
import { call } from './library.js';
import { say } from './say.js';

function stored(): string | null {
  try {
    return sessionStorage.getItem('user');
  } catch {
    return null;
  }
}

export function logIn(id: string | null): void {
  try {
    if (id === null) sessionStorage.removeItem('user');
    else sessionStorage.setItem('user', id);
  } catch {
    // Without storage the user is forgotten with the page.
  }
  call('setUser', id === null ? null : { id });
  say(id === null ? 'Logged out.' : `Logged in as ${id}.`);
}

/** Tells the library who was logged in on the page before. */
export function restoreUser(): void {
  const id = stored();
  if (id !== null) call('setUser', { id });
}
