/**
 * Does what nobody called: for a timer, or an event of Node's. The app must not notice what goes wrong in it.
 * A test environment, when it is over, takes away what our code stands on, and this process goes on.
 */
export function quietly(call: () => void): void {
  try {
    call();
  } catch {
    /* It is left undone. */
  }
}
