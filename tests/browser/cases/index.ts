import type { Case } from '../case.js';
import { controlCases } from './control.js';
import { deliveryCases } from './delivery.js';
import { errorCases } from './errors.js';
import { identityCases } from './identity.js';
import { loadCases } from './load.js';
import { loadingCases } from './loading.js';
import { navigationCases } from './navigation.js';

/** Every everyday case, by area. Names are unique. */
export const cases: readonly Case[] = [
  ...loadCases,
  ...loadingCases,
  ...navigationCases,
  ...errorCases,
  ...identityCases,
  ...controlCases,
  ...deliveryCases,
];

const names = cases.map(({ name }) => name);
const doubled = names.find((name, index) => names.indexOf(name) !== index);
if (doubled !== undefined) throw new Error(`two cases are named "${doubled}"`);
