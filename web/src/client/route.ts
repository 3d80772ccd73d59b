/** Where the page is, and which changes of that are a new route. */
import { ofDocument } from '../platform/document';

/** The address of the page. */
export const addressOfPage = (): string => ofDocument('URL') as string;

/** The whole of an address that may be given as a path of the page. */
export const wholeAddress = (address: string): string =>
  new URL(address, ofDocument('baseURI') as string).href;

/**
 * The part of a location that makes a route: all but the fragment, and that where it is a hash
 * route (`#/…`, `#!…`; `#/` alone is its start, as none is). Other fragments are places within a page.
 */
export const routeOf = (href: string): string => href.replace(/#(?![!/]\/?[^/]).*/, '');

/** The route without its queries: who replaces only those refines what is shown already. */
const pathOf = (href: string): string =>
  routeOf(href)
    .replace(/\?[^#]*/g, '')
    .replace(/#.*/, (hash) => hash.split('?')[0]!);

/** Whether a change of location shows another route. */
export const isAnotherRoute = (from: string, to: string, replaced: boolean): boolean =>
  replaced ? bare(pathOf(from)) !== bare(pathOf(to)) : routeOf(from) !== routeOf(to);

/** The address without slashes at its end, which routers put and leave out as they like. */
const bare = (text: string): string => text.replace(/\/$/, '');

/**
 * Whether the address bar shows what a router calls `to`. Routers with a base path or a hash history
 * name only the end of the address.
 */
export const isShown = (to: string, address: string): boolean => bare(address).endsWith(bare(to));
