import fc from 'fast-check';

/**
 * The same values at each run, so that no run fails for what another did not try. `SEED=2 npm test -- web`
 * tries others, and `npm run test:long -- properties` many of them.
 */
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });

export { fc };
