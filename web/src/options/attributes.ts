import { defaults } from './defaults';
import type { Options } from '../types/options';

/** Options from the data attributes of a script tag, such as `data-sample-rate="0.5"`. */
export function fromAttributes(attributes: DOMStringMap): Options {
  const options: Record<string, unknown> = { initialScope: { user: { id: attributes.userId } } };
  /* Each by its name: Chromium cannot list them where Object.prototype has a `get`. */
  for (const [name, fallback] of Object.entries(defaults())) {
    const type = typeof fallback;
    const value = attributes[name];
    if (value === undefined) continue;
    options[name] = value;
    /* An empty attribute is none, and not the number that JavaScript makes of it. */
    if (type === 'number') options[name] = +(value || NaN);
    if (type === 'boolean') options[name] = value !== 'false';
  }
  return options;
}
