/** The stream of events from the server, and how it is doing. */
import type { RequestView } from '../app/views.js';
import type { Summary } from '../app/summary.js';
import { liveQuery } from './address.js';
import { byId, setText } from './dom.js';

interface Listener {
  summary(summary: Summary): void;
  /** What is new in the list; `isReset` if the list begins anew with it. */
  requests(list: readonly RequestView[], isReset: boolean): void;
}

let source: EventSource | undefined;

function showConnection(text: string, tone: string): void {
  const mark = byId('connection');
  setText(mark, text);
  mark.dataset['tone'] = tone;
}

/** Hears from now on of what the address says, and of nothing else. */
export function connect(listener: Listener): void {
  source?.close();
  source = new EventSource(`/live?${liveQuery()}`);
  // After a lost connection the server sends its list from the beginning.
  source.addEventListener('open', () => showConnection('live', 'good'));
  source.addEventListener('error', () => showConnection('server gone, trying again', 'bad'));
  source.addEventListener('requests', (event: MessageEvent<string>) => {
    const { list, reset } = JSON.parse(event.data) as { list: RequestView[]; reset: boolean };
    listener.requests(list, reset);
  });
  source.addEventListener('summary', (event: MessageEvent<string>) => {
    listener.summary(JSON.parse(event.data) as Summary);
  });
}
