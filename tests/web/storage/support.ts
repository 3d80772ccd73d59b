import { Status } from '../../../web/src/abi.js';
import type { Settings } from '../../../web/src/options/defaults.js';
import { keepSessions, type Save, type StartCore } from '../../../web/src/storage/index.js';
import { FakeCore } from '../fakes/core.js';
import { FakePage, type Origin } from '../fakes/page.js';
import type { FakeStorage } from '../fakes/storage.js';

export const DSN = 'https://key@collector.example/42';
export const PREFIX = `crashfree:${DSN}:`;

/** A core that a page started for what earlier pages left. */
export interface Started extends FakeCore {
  settings: Settings;
  /** Says that the core did something; with a status, that it was answered. */
  changed: (status?: number) => void;
}

/** A page that stores, with a core that is told what to say. */
export class StoringPage extends FakePage {
  readonly core = new FakeCore();
  readonly couriers: Started[] = [];
  /** What the cores of couriers say of themselves. */
  courierStatus: number = Status.ACTIVE;
  #save: Save = () => false;

  constructor(
    readonly kind: 'local' | 'session' = 'local',
    origin?: Origin,
    session?: FakeStorage,
  ) {
    super(origin, session);
  }

  /** Loads the storage, as `init` does when the core is up. */
  async start(): Promise<this> {
    const startCore: StartCore = (settings, ready, changed) => {
      const started = Object.assign(new FakeCore(), { settings, changed });
      started.status = this.courierStatus;
      this.couriers.push(started);
      ready(started.core);
    };
    const settings = {
      storage: this.kind,
      dsn: DSN,
      release: 'shop@1.4.0',
      environment: 'production',
    } as Settings;
    this.#save = this.run(() => keepSessions(settings, this.core.core, startCore));
    await this.pass();
    return this;
  }

  /** What the client calls after each change; returns whether the page must not send at its end. */
  save(status?: number): boolean {
    return this.run(() => this.#save(status));
  }

  /** Waits until what earlier pages left was taken over and sent. */
  collected(): Promise<void> {
    return this.pass(1000);
  }

  get storage(): FakeStorage {
    return this.kind === 'local' ? this.origin.local : this.session;
  }

  /** The texts of the records. */
  get records(): string[] {
    return Object.keys(this.storage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => this.storage.getItem(key)!);
  }
}
