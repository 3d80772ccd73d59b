/** The release-health page: shows what the server says, in the parts that the other files are about. */
import type { Summary } from '../app/summary.js';
import { nameFilter, project } from './address.js';
import { showBeginning } from './beginning.js';
import { showChoices, watchChoices } from './choices.js';
import { connect } from './connection.js';
import { showCrashes } from './crashes.js';
import { byId, setText } from './dom.js';
import { showEnvelopes } from './envelopes.js';
import { percent, plural } from './format.js';
import { showInboundFilters } from './inbound.js';
import { showKpis } from './kpis.js';
import { showOrders } from './orders.js';
import { addRequests } from './received.js';
import { showReleases } from './releases.js';
import { openSession, showSessions } from './sessions.js';
import { showSessionsTab, startTabs } from './tabs.js';
import { chooseTheme } from './theme-button.js';
import { showTimeline } from './timeline.js';

const ANNOUNCE_MS = 5000;
let lastAnnounced = 0;

/** A link to a crash opens it. */
function followHash(): void {
  const row =
    location.hash.startsWith('#issue-') && document.getElementById(location.hash.slice(1));
  const details = row ? row.querySelector('details') : null;
  if (details === null) return;
  details.open = true;
  details.scrollIntoView({ block: 'center' });
  details.querySelector('summary')?.focus();
}

function showLists(): void {
  const problems = byId<HTMLInputElement>('problems').checked;
  const filter = { ...nameFilter(), problems };
  showSessions(filter);
  showEnvelopes(filter);
}

/** What people have ordered and what has not happened yet. */
function showPending({ disabled, faults }: Summary): void {
  const coming = faults > 0 ? `Still to come: ${faults}.` : '';
  setText(byId('pending'), disabled ? 'The project is disabled.' : coming);
}

/** What the figures leave out. */
function showNotes({ notes }: Summary): void {
  setText(byId('notes'), notes.join(' '));
  byId('notes').classList.toggle('hidden', notes.length === 0);
}

/** From a crash to the session in which it happened. */
function showSession(sid: string): boolean {
  showSessionsTab();
  return openSession(sid);
}

/** Tells screen readers, and not too often. */
function announce({ total }: Summary): void {
  if (performance.now() - lastAnnounced < ANNOUNCE_MS) return;
  lastAnnounced = performance.now();
  setText(
    byId('announce'),
    `${plural(total.all, 'session')}, crash-free ${percent(total.crashFreeRate)}`,
  );
}

function showSummary(summary: Summary): void {
  const isNew = summary.counts.requests === 0;
  byId('empty').classList.toggle('hidden', !isNew);
  byId('figures').classList.toggle('hidden', isNew);
  byId('live').classList.toggle('hidden', isNew);
  showChoices(summary);
  showPending(summary);
  showInboundFilters(summary.filters, project);
  showNotes(summary);
  if (isNew) return;
  showKpis(summary);
  showReleases(summary);
  showCrashes(summary, showSession);
  showTimeline(summary.timeline);
  announce(summary);
}

function listen(): void {
  connect({
    summary: showSummary,
    requests(list, isReset) {
      addRequests(list, isReset);
      showLists();
    },
  });
}

/** Shows what the address says now. */
function showOther(part: string): void {
  if (part === 'project') addRequests([], true);
  showLists();
  listen();
}

addEventListener('hashchange', followHash);
watchChoices(showOther);
byId('problems').addEventListener('change', showLists);
chooseTheme();
startTabs();
showBeginning(() => showOther('project'));
showOrders(project);
showLists();
listen();
