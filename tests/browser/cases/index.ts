import type { Case } from '../case.js';
import { answerCases } from './answers.js';
import { attackCases } from './attacks.js';
import { controlCases } from './control.js';
import { copyCases } from './copies.js';
import { deliveryCases } from './delivery.js';
import { errorCases } from './errors.js';
import { eventCases } from './events.js';
import { hookCases } from './hooks.js';
import { identityCases } from './identity.js';
import { loadCases } from './load.js';
import { loadingCases } from './loading.js';
import { misuseCases } from './misuse.js';
import { navigationCases } from './navigation.js';
import { noiseCases } from './noise.js';
import { whereaboutsCases } from './whereabouts.js';
import { withEventsCases } from './with-events.js';

/** Every everyday case, by area. Names are unique. */
export const cases: readonly Case[] = [
  ...loadCases,
  ...loadingCases,
  ...copyCases,
  ...navigationCases,
  ...whereaboutsCases,
  ...errorCases,
  ...noiseCases,
  ...eventCases,
  ...withEventsCases,
  ...identityCases,
  ...controlCases,
  ...hookCases,
  ...misuseCases,
  ...attackCases,
  ...deliveryCases,
  ...answerCases,
];

const names = cases.map(({ name }) => name);
const doubled = names.find((name, index) => names.indexOf(name) !== index);
if (doubled !== undefined) throw new Error(`two cases are named "${doubled}"`);
