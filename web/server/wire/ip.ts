import { isIP } from 'node:net';

/** Whether Rust's standard library reads an address: it knows no zone, as in `fe80::1%eth0`. */
export const isIpAddress = (text: string): boolean => isIP(text) > 0 && !text.includes('%');
