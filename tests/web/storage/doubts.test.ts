/** What storage does where something is in doubt: no lock, no way to remove, no core. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Answer, Status } from '../../../web/src/abi.js';
import type { Settings } from '../../../web/src/options/defaults.js';
import { createCouriers } from '../../../web/src/storage/couriers.js';
import { openTexts } from '../../../web/src/storage/record.js';
import { recordOf, session } from '../fakes/core.js';
import { FakePage } from '../fakes/page.js';
import { PREFIX, StoringPage } from './support.js';

const left = JSON.stringify({
  version: 1,
  release: 'shop@1.4.0',
  visible: false,
  sessions: [recordOf(session('a'))],
});

/** A page that could not deliver a session. */
async function refused(page = new StoringPage()): Promise<StoringPage> {
  page.core.sessions = [session('b')];
  await page.start();
  page.save(Answer.NONE);
  await page.pass();
  return page;
}

describe('a page', () => {
  it('writes no record where it gets no lock for it', async () => {
    const page = new StoringPage();
    page.navigator.locks = { request: () => Promise.reject(new DOMException('no')) };
    await refused(page);
    assert.deepEqual(page.records, []);
  });

  it('takes an answer with limits for one that came', async () => {
    const page = await refused();
    assert.equal(page.save(), true);
    assert.equal(page.save(429), false);
  });

  it('leaves nothing behind while consent is asked for again', async () => {
    const page = await refused();
    assert.equal(page.records.length, 1);
    page.core.status = Status.CONSENT_PENDING;
    page.save();
    assert.deepEqual(page.records, []);
  });
});

describe('a courier', () => {
  it('delivers nothing that it could not remove, as each visit would deliver it again', async () => {
    const page = new StoringPage();
    page.storage.setItem(`${PREFIX}1`, left);
    page.storage.removeItem = () => {};
    await page.start();
    await page.collected();
    assert.deepEqual(page.couriers, []);
  });

  /** Sends couriers whose core never comes, and returns what is in the storage afterwards. */
  async function couriersOf(held: string[]): Promise<{ asked: string[]; text: string | null }> {
    const page = new FakePage();
    const asked: string[] = [];
    page.origin.local.setItem(`${PREFIX}1`, left);
    const locks = {
      _take: (key: string) => Promise.resolve(asked.push(key) > 0),
      _letGo: () => {},
      _holds: (key: string) => held.includes(key),
    };
    const settings = { storage: 'local' } as Settings;
    const texts = page.run(() => openTexts('local', PREFIX)!);
    page.run(() => createCouriers(settings, texts, locks, () => {})._send());
    await page.pass(1000);
    return { asked, text: page.origin.local.getItem(`${PREFIX}1`) };
  }

  it('leaves a record in the storage until its sessions leave', async () => {
    const { asked, text } = await couriersOf([]);
    assert.deepEqual(asked, [`${PREFIX}1`]);
    assert.equal(text, left);
  });

  it('asks for no record that its own page holds', async () => {
    const { asked } = await couriersOf([`${PREFIX}1`]);
    assert.deepEqual(asked, []);
  });
});
