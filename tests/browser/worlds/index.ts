import { createHash } from 'node:crypto';
import type { Case } from '../case.js';
import { builtInWorlds } from './built-ins.js';
import { clockWorlds } from './clocks.js';
import { everyday, type Everyday } from './everyday.js';
import { loadingWorlds } from './loading.js';
import { markupWorlds } from './markup.js';
import { navigationWorlds } from './navigation.js';
import { networkWorlds } from './network.js';
import { inWorld, type World } from './world.js';

export const worlds: World[] = [
  ...loadingWorlds,
  ...builtInWorlds,
  ...clockWorlds,
  ...navigationWorlds,
  ...markupWorlds,
  ...networkWorlds,
];

/** One everyday case in one world. */
export interface Life {
  world: World;
  everyday: Everyday;
  test: Case;
}

export const lives: Life[] = worlds.flatMap((world) =>
  // A prerendered page is in a tab that the driver can neither leave nor ask.
  everyday
    .filter(({ opens }) => !opens || !(world.atEnd || world.maySayNo))
    .map((one) => ({ world, everyday: one, test: inWorld(world, one) })),
);

/** How many turns it takes until each life was lived. */
export const TURNS = 6;

/** Every world with the shortest cases, and of the rest those whose turn it is. */
export function share(turn: number): Life[] {
  return lives.filter(({ everyday: { always }, test: { name } }) => {
    const [first = 0] = createHash('sha256').update(name).digest();
    return always || first % TURNS === turn % TURNS;
  });
}
