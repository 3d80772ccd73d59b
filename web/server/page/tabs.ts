/** The two tabs of the live list: sessions, and the envelopes that they came in. */
import { byId } from './dom.js';

const tabs = [byId('tab-sessions'), byId('tab-envelopes')];

function selectTab(chosen: HTMLElement): void {
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute('aria-selected', String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    byId(tab.getAttribute('aria-controls') ?? '').classList.toggle('hidden', !isChosen);
  }
}

export const showSessionsTab = (): void => selectTab(byId('tab-sessions'));

export function startTabs(): void {
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => selectTab(tab));
    tab.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const other = tabs[1 - index];
      if (other === undefined) return;
      selectTab(other);
      other.focus();
    });
  });
  showSessionsTab();
}
