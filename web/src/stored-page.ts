import type { Core } from './core';
import { builtRelease, type Options } from './options';
import { startCore } from './start';
import { STATUSES } from './status';
import type { StoredPage } from './storage';
import type { Transport } from './transport';

const DENIED = 2;

/** The sessions that a later page would have to deliver. */
const waiting = ({ _calls: calls, _read: read }: Core) =>
  Array.from({ length: calls.saveable() }, (_, index) => read(calls.save(index))).filter(Boolean);

/** What a client gives to its storage. */
export function storedPage(options: Options, core: Core, transport: Transport): StoredPage {
  return {
    options,
    release: options.release ?? builtRelease()!,
    mayStore: () => !/^consent/.test(STATUSES[core._calls.status()]!),
    sessions: () => waiting(core),
    restart() {
      core._calls.set_consent(DENIED);
      core._calls.set_consent(0);
    },
    deliver(restoredOptions, sessions, changed) {
      let courier: Core | undefined;
      const report = () => courier && changed(waiting(courier));
      void startCore(
        restoredOptions,
        transport,
        (ready) => {
          courier = ready;
          for (const { sid, did, started, status, errors, announced } of sessions) {
            ready._calls.restore(ready._write(sid + did), started, status, errors, +announced);
          }
          ready._calls.flush();
          report();
        },
        report,
      );
    },
  };
}
