/**
 * Rejections that nobody handles. Without a listener for them Node makes them uncaught exceptions, and
 * a listener of ours would change that: so there is one only as long as the app has one, too, or where
 * Node was told not to care.
 */
const EVENT = 'unhandledRejection';

type Listener = (reason: unknown) => void;

/** Whether `--unhandled-rejections` is a mode in which a listener changes nothing. */
function isHarmless(): boolean {
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  const modes = [...flags.matchAll(/--unhandled-rejections[= ](\S+)/g)].map(([, mode]) => mode);
  return ['warn', 'none'].includes(modes.at(-1) ?? '');
}

/** Calls `told` with each of them; returns a function that ends it. */
export function watchRejections(told: Listener): () => void {
  const ours: Listener = (reason) => told(reason);
  const harmless = isHarmless();
  let listening = false;

  const listen = (wanted: boolean) => {
    if (wanted === listening) return;
    listening = wanted;
    if (wanted) process.on(EVENT, ours);
    else process.off(EVENT, ours);
  };
  const others = () => process.listeners(EVENT).some((listener) => listener !== ours);
  const onAdded = (event: string | symbol, listener: unknown) => {
    if (event === EVENT && listener !== ours) listen(true);
  };
  const onRemoved = (event: string | symbol, listener: unknown) => {
    if (event === EVENT && listener !== ours) listen(harmless || others());
  };

  listen(harmless || others());
  process.on('newListener', onAdded);
  process.on('removeListener', onRemoved);
  return () => {
    process.off('newListener', onAdded);
    process.off('removeListener', onRemoved);
    listen(false);
  };
}
