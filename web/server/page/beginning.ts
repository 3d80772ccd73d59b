/** What helps people to their first session: the DSN, a script tag to copy, the shop, sample data. */
import { choose, project } from './address.js';
import { SAMPLE } from './choices.js';
import { byId, setText } from './dom.js';
import { order } from './orders.js';

const { key, shop } = document.body.dataset;

function showDsn(): void {
  const dsn = `${location.protocol}//${key}@${location.host}/${project()}`;
  setText(byId('dsn'), dsn);
  setText(
    byId('snippet'),
    `<script async src="${location.origin}/crashfree.min.js"\n` +
      `  data-dsn="${dsn}"\n` +
      '  data-release="my-app@1.0.0"\n' +
      '  data-environment="production"></script>',
  );
  byId('copy').addEventListener('click', () => {
    void navigator.clipboard.writeText(dsn).then(
      () => setText(byId('copy'), 'Copied'),
      () => getSelection()?.selectAllChildren(byId('dsn')),
    );
  });
}

/** Without --demo there is no shop to link to. */
function hideShop(): void {
  byId('shop-link').classList.add('hidden');
  byId('empty-shop').closest('li')?.classList.add('hidden');
}

/** Calls `changed` when the page is to show the sample data. */
export function showBeginning(changed: () => void): void {
  showDsn();
  if (shop === 'no') hideShop();
  byId('sample').addEventListener('click', () => {
    void order(SAMPLE, 'sample', {})
      .then(() => {
        choose('project', SAMPLE);
        changed();
      })
      .catch(() => undefined);
  });
}
