import { defaults } from './defaults';
import type { Options } from './types';

/** Options from the data attributes of a script tag, such as `data-sample-rate="0.5"`. */
export function fromAttributes(attributes: DOMStringMap): Options {
  const fallbacks = { ...defaults() } as Record<string, unknown>;
  const options: Record<string, unknown> = { ...attributes };
  for (const name of Object.keys(attributes)) {
    const type = typeof fallbacks[name];
    /* An empty attribute is none, and not the number that JavaScript makes of it. */
    if (type === 'number') options[name] = +(attributes[name] || NaN);
    if (type === 'boolean') options[name] = attributes[name] !== 'false';
  }
  options.initialScope = { user: { id: attributes.userId } };
  return options;
}
