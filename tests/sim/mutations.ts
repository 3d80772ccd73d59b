/** Mistakes that the simulator has to see: one small change of the core each. */
export interface Mutation {
  /** What would go wrong for people who read the numbers. */
  name: string;
  file: string;
  /** Must stand in the file exactly once. */
  text: string;
  instead: string;
}

const mutation = (name: string, file: string, text: string, instead: string): Mutation => ({
  name,
  file,
  text,
  instead,
});

export const mutations: Mutation[] = [
  // init: exactly once
  mutation(
    'init is taken as delivered by any answer',
    'answer.c',
    'delivered ? CF_TAKEN : CF_UNSENT,',
    'CF_TAKEN,',
  ),
  mutation(
    'init is never taken as delivered',
    'answer.c',
    'delivered ? CF_TAKEN : CF_UNSENT,',
    'CF_UNSENT,',
  ),
  mutation(
    'init leaves again while it is on its way',
    'delivery.c',
    'session->init_request = request;',
    '',
  ),
  mutation(
    'a 429 for sessions counts as delivered',
    'ratelimit.h',
    '(status == 429 && !limited)',
    'status == 429',
  ),
  mutation(
    'a 429 for others counts as refused',
    'ratelimit.h',
    '(status == 429 && !limited)',
    'false',
  ),
  mutation('a redirect counts as delivered', 'ratelimit.h', 'status < 300', 'status < 400'),
  mutation(
    'a server error counts as delivered',
    'ratelimit.h',
    'status >= 200 && status < 300',
    'status >= 200 && status != 429',
  ),
  mutation(
    'an update has init again',
    'envelope.c',
    'if (session->init_request == CF_UNSENT) {',
    'if (true) {',
  ),
  // one end, and nothing after it
  mutation(
    'an end leaves again while it is on its way',
    'delivery.c',
    'session->update_request = request;',
    '',
  ),
  mutation(
    'a repeated init repeats the crash',
    'session.h',
    'return session->update_request == CF_UNSENT ? session->status : CRASHFREE_SESSION_OK;',
    'return session->status;',
  ),
  mutation(
    'a saved session repeats its crash on the next page',
    'snapshot.c',
    'is_open(session->update_request) && !cf_session_is_running(session)',
    '!cf_session_is_running(session)',
  ),
  mutation(
    'a session on its way is saved and sent again',
    'snapshot.c',
    "out[AT_DUE] = waits ? '1' : '0';",
    "out[AT_DUE] = '1';",
  ),
  mutation(
    'errors after a crash change the session',
    'error.c',
    'is_past ? session_at(client, then) : cf_running(client);',
    'is_past ? session_at(client, then) : cf_queue_present(client);',
  ),
  mutation(
    'a navigation leaves the old session open',
    'running.c',
    'cf_session_end(session, CRASHFREE_SESSION_EXITED, at);',
    '',
  ),
  mutation(
    'a restored session has lost its end',
    'snapshot.c',
    'session->status = (crashfree_session_status)status;',
    'session->status = CRASHFREE_SESSION_EXITED;',
  ),
  mutation(
    'a restored session is announced again',
    'snapshot.c',
    "record[AT_ANNOUNCED] == '0' ? CF_UNSENT : CF_TAKEN;",
    'CF_UNSENT;',
  ),
  mutation(
    'a page that was killed counts as left',
    'snapshot.c',
    '(killed && status == CRASHFREE_SESSION_OK);',
    'false;',
  ),
  mutation(
    'an abnormal end does not say why',
    'envelope.c',
    'if (session->killed && status == CRASHFREE_SESSION_ABNORMAL) {',
    'if (false) {',
  ),
  mutation(
    'a session of which nothing is due is told again by the next page',
    'snapshot.c',
    "(record[AT_DUE] == '0' && !was_killed)",
    'false',
  ),
  mutation(
    'uncaught errors are crashes whatever the option says',
    'error.c',
    '== CRASHFREE_SESSION_UNHANDLED\n',
    '== 77\n',
  ),
  // nothing waits longer than it must
  mutation(
    'a crash waits',
    'error.c',
    'cf_delivery_send(client, CF_OCCASION_EVENT);',
    'cf_delivery_wake_in(client, CRASHFREE_FIRST_SEND_MS);',
  ),
  mutation(
    'a handled error is no news',
    'session.c',
    'session->errors == 1',
    'session->errors == 2',
  ),
  mutation('a change does not undo a refusal', 'session.c', 'session->refused = false;', ''),
  mutation(
    'a late user is not told',
    'session.c',
    `        return false;
    }
    note_news(session, at);
    return true;`,
    `        return false;
    }
    return true;`,
  ),
  mutation(
    'a page load is never announced by itself',
    'running.c',
    `        cf_delivery_wake_in(client, since < CRASHFREE_FIRST_SEND_MS
                                        ? CRASHFREE_FIRST_SEND_MS - (uint32_t)since
                                        : 0);`,
    '        (void)since;',
  ),
  mutation('only the first wake comes', 'delivery.c', '    client->wake_at = 0;\n', ''),
  mutation(
    'what a limit holds back is not woken for',
    'delivery.c',
    'wake_after(client, limited);',
    '',
  ),
  mutation(
    'network errors are not retried',
    'delivery.c',
    `if (client->failures < CF_RETRIES_MAX &&
        (cf_queue_has_news(client, false) || cf_queue_has_doubts(client))) {`,
    'if (false) {',
  ),
  mutation(
    'what is refused is tried for ever',
    'answer.c',
    '++session->refusals == CRASHFREE_REFUSALS_MAX',
    '++session->refusals == 200',
  ),
  mutation(
    'a limit without time makes a storm',
    'answer.c',
    `            client->failures = CF_RETRIES_MAX - 1;
        }
        cf_delivery_back_off(client);`,
    `            client->failures = CF_RETRIES_MAX - 1;
        }
        cf_delivery_wake_in(client, 0);`,
  ),
  // who
  mutation(
    'another user shares the session',
    'user.c',
    "if (session->did[0] != '\\0') {",
    'if (false) {',
  ),
  mutation(
    'the next session forgets the user',
    'running.c',
    'memcpy(session->did, client->did, sizeof session->did);',
    '',
  ),
  mutation(
    'a logout ends the session',
    'user.c',
    "client->did[0] != '\\0' ? cf_running_fresh(client, then) : NULL",
    'cf_running_fresh(client, then)',
  ),
  mutation(
    'who is told again gets another session',
    'user.c',
    'session == NULL || strcmp(session->did, client->did) == 0',
    'session == NULL',
  ),
  mutation(
    'too long an id is cut',
    'user.c',
    'if (cf_text_copy(did, CRASHFREE_USER_ID_MAX, id, length) <= CRASHFREE_USER_ID_MAX) {',
    'if (cf_text_copy(did, CRASHFREE_USER_ID_MAX, id, length) > 0) {',
  ),
  mutation(
    'two long ids are one person',
    'user.c',
    'cf_digest_add(&digest, id, length);',
    'cf_digest_add(&digest, id, 200);',
  ),
  // whether at all
  mutation(
    'consent is not asked for',
    'state.c',
    'cf_state_consent(client) == CRASHFREE_CONSENT_GRANTED;',
    'cf_state_consent(client) != CRASHFREE_CONSENT_DENIED;',
  ),
  mutation(
    'denied consent forgets nothing',
    'client.c',
    `client->start_on_grant |= client->sessions_end > client->sessions;
        client->sessions_end = client->sessions;`,
    'client->start_on_grant |= client->sessions_end > client->sessions;',
  ),
  mutation(
    'pending consent keeps all sessions',
    'running.c',
    `CRASHFREE_CONSENT_PENDING) {
        client->sessions_end = client->sessions;`,
    'CRASHFREE_CONSENT_PENDING) {',
  ),
  mutation(
    'granted consent starts nothing',
    'client.c',
    'client->failures = 0;\n        cf_running_start(client, true, client->monotonic);',
    'client->failures = 0;',
  ),
  mutation(
    'the sample is drawn from the version digit',
    'session.c',
    '(uint32_t)random[0] << 24',
    '(uint32_t)random[6] << 24',
  ),
  mutation(
    'one session a minute more than allowed',
    'running.c',
    'client->opened >= most',
    'client->opened > most',
  ),
  mutation(
    'before_send decides nothing',
    'before_send.c',
    'if (cf_host_before_send(client, envelope->text, length)) {',
    'if (cf_host_before_send(client, envelope->text, length) || true) {',
  ),
  mutation(
    'an invalid release is sent',
    'names.c',
    'cf_text_is(out, reserved)',
    'cf_text_is(out, "..")',
  ),
  // limits
  mutation(
    'a shorter limit replaces a longer one',
    'ratelimit.c',
    'if (until > *end) {',
    'if (until != *end) {',
  ),
  mutation(
    'limits without categories limit nothing',
    'ratelimit.c',
    'length == 0 || (length',
    '(length',
  ),
  mutation(
    'limits last longer than a day',
    'ratelimit.c',
    '#define LONGEST_SECONDS 86400.0',
    '#define LONGEST_SECONDS 8640000.0',
  ),
  mutation(
    'Retry-After is not read',
    'ratelimit.c',
    'retry_after >= 0 ? retry_after : DEFAULT_SECONDS',
    'DEFAULT_SECONDS',
  ),
  mutation(
    'fractions of a second are cut off',
    'ratelimit.c',
    'return value + 1;',
    'return value;',
  ),
  // the clock
  mutation('a start in the future stays there', 'queue.c', 'seems < 0 ||', ''),
  mutation(
    'a start before a jump of the clock stays there',
    'queue.c',
    'seems < 0 || seems > CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS',
    'seems < 0',
  ),
  mutation(
    'sessions never get too old',
    'queue.c',
    'if (cf_state_is_too_old(client, session->began)) {',
    'if (false) {',
  ),
  mutation(
    'a clock set back loses what was stored',
    'snapshot.c',
    'started < client->now ? client->now - started : 0;',
    'started < client->now ? client->now - started : CRASHFREE_AGE_MAX_MS;',
  ),
  mutation(
    'sent_at is not the time of sending',
    'delivery.c',
    'cf_envelope_begin(&client->envelope, client->now,',
    'cf_envelope_begin(&client->envelope, client->now - 1000,',
  ),
  mutation(
    'a session is sent up to the last millisecond',
    'state.c',
    'CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS',
    'CRASHFREE_AGE_MAX_MS',
  ),
  mutation(
    'an old session takes what the server will not',
    'running.c',
    'session != NULL && cf_state_is_too_old(client, session->began)',
    'false',
  ),
  mutation(
    'the time of a session is that of sending',
    'envelope.c',
    'changed < now || now < session->started ? changed : now',
    'now < session->started ? changed : now',
  ),
  // counting losses
  mutation('losses are not counted', 'queue.c', 'cf_state_lose(client, reason);', '(void)reason;'),
  mutation(
    'what a limit holds back at the end is not counted',
    'delivery.c',
    'cf_queue_drop(client, session, CRASHFREE_COUNT_RATELIMIT_BACKOFF);',
    '',
  ),
  mutation(
    'losses are told twice',
    'delivery.c',
    'memset(client->unreported, 0, sizeof client->unreported);',
    '',
  ),
  mutation(
    'a hidden page tells no losses',
    'delivery.c',
    '(sessions || occasion != CF_OCCASION_EVENT) &&',
    'sessions &&',
  ),
  mutation(
    'what a full queue gives up is not counted',
    'queue.c',
    'give_up(client, victim, CRASHFREE_COUNT_QUEUE_OVERFLOW);',
    'victim->discarded = true;',
  ),
  mutation(
    'a tunnel does not learn the DSN',
    'destination.c',
    `'\\0' ? destination->dsn.text : ""`,
    '""',
  ),
  // answers that cannot be read, or are not the server's
  mutation(
    'what may have arrived leaves again',
    'answer.c',
    'is_failure ? CF_UNSENT : CF_DOUBTFUL',
    'CF_UNSENT',
  ),
  mutation(
    'a second failure in a row is sent again, too',
    'answer.c',
    '    client->readable = false;\n',
    '',
  ),
  mutation('nobody asks about what is in doubt', 'delivery.c', 'send_probe(client);\n    }', '}'),
  mutation(
    'a probe without an answer is the last one',
    'delivery.c',
    '    cf_delivery_arrange_probe(client);\n}',
    '}',
  ),
  mutation(
    'probes go on for ever',
    'timing.h',
    '#define CF_RETRIES_MAX 8',
    '#define CF_RETRIES_MAX 12',
  ),
  mutation(
    'an opaque answer to a probe settles nothing',
    'answer.c',
    '(void)book(client, CF_DOUBTFUL, CF_TAKEN, false);',
    '',
  ),
  mutation(
    'an answer that is read leaves the doubt',
    'answer.c',
    '(void)book(client, CF_DOUBTFUL, CF_UNSENT, false);',
    '',
  ),
  mutation(
    'answers that become readable are not noticed',
    'answer.c',
    '    client->unreadable = false;\n',
    '',
  ),
  mutation(
    'a request that was made before all is known counts as failed',
    'answer.c',
    'book(client, request | CF_REQUEST_OPAQUE, CF_UNSENT, false) ||',
    'client->unreadable ||',
  ),
  mutation(
    'an opaque answer to sessions is none',
    'answer.c',
    'if (book(client, request, CF_TAKEN, false) || is_probe) {',
    'if (book(client, request, CF_UNSENT, false) || is_probe) {',
  ),
  mutation(
    'a foreign answer is an acceptance',
    'answer.c',
    'client->counters[CRASHFREE_COUNT_FOREIGN_ANSWERS]++;\n        (void)book(client, request, CF_UNSENT, false);',
    'client->counters[CRASHFREE_COUNT_FOREIGN_ANSWERS]++;\n        (void)book(client, request, CF_TAKEN, false);',
  ),
  mutation(
    'what is in doubt is not kept for the next visit',
    'snapshot.c',
    'cf_session_is_due(session) || cf_session_is_doubtful(session);',
    'cf_session_is_due(session);',
  ),
  // requests that were cut, and sessions that are left to others
  mutation(
    'what was cut as the page went counts as taken',
    'answer.c',
    'most likely it never left. */\n        (void)book(client, request, CF_UNSENT, false);',
    'most likely it never left. */\n        (void)book(client, request, CF_TAKEN, false);',
  ),
  mutation(
    'what was cut is in doubt',
    'answer.c',
    'most likely it never left. */\n        (void)book(client, request, CF_UNSENT, false);',
    'most likely it never left. */\n        (void)book(client, request, CF_DOUBTFUL, false);',
  ),
  mutation(
    'what was cut is not tried again',
    'answer.c',
    `(void)book(client, request, CF_UNSENT, false);
        cf_delivery_back_off(client);
        break;
    case CRASHFREE_ANSWER_OPAQUE:`,
    `(void)book(client, request, CF_UNSENT, false);
        break;
    case CRASHFREE_ANSWER_OPAQUE:`,
  ),
  mutation(
    'sessions that are left to others are told by the page, too',
    'client.c',
    `void crashfree_forget(crashfree *client) {
    client->sessions_end = client->sessions;`,
    'void crashfree_forget(crashfree *client) {\n    (void)client;',
  ),
  mutation(
    'only the running session is left to others',
    'client.c',
    `void crashfree_forget(crashfree *client) {
    client->sessions_end = client->sessions;`,
    `void crashfree_forget(crashfree *client) {
    client->sessions_end -= client->sessions_end > client->sessions;`,
  ),
  // facts that are told later than they happened
  mutation(
    'a session begins when it is told',
    'running.c',
    'return told < earliest ? earliest : told;',
    'return client->monotonic;',
  ),
  mutation(
    'a session begins before the one before it has ended',
    'running.c',
    'return told < earliest ? earliest : told;',
    'return told;',
  ),
  mutation(
    'a late error is that of whoever is there now',
    'error.c',
    'is_past ? session_at(client, then) : cf_running(client);',
    'cf_running(client);',
  ),
  mutation(
    'an error from before belongs to a session that said its end',
    'error.c',
    'return session->update_request == CF_UNSENT ? session : running;',
    'return session;',
  ),
  mutation(
    'an error from before changes a session that crashed',
    'error.c',
    'if (session->status != CRASHFREE_SESSION_EXITED) {',
    'if (false) {',
  ),
  mutation(
    'what happened while nothing ran is booked on the next session',
    'error.c',
    'if (at > (running != NULL ? client->predecessor_until : present->changed)) {',
    'if (false) {',
  ),
  // servers that count their requests
  mutation(
    'the oldest minutes are never given up',
    'minutes.c',
    'while (minutes->count > CRASHFREE_AGGREGATE_MINUTES_MAX) {',
    'while (false) {',
  ),
  mutation(
    'what a full list gives up is not counted',
    'minutes.c',
    'lose(minutes, cf_minute_sessions(minutes->list), CRASHFREE_COUNT_QUEUE_OVERFLOW);',
    '',
  ),
  mutation(
    'a minute that waits and one on its way are one',
    'minutes.c',
    'minute->started == started && !minute->on_its_way',
    'minute->started == started',
  ),
  mutation(
    'what is counted while an answer is awaited is settled with it',
    'minutes.c',
    `        if (minutes->list[i].on_its_way) {
            forget(minutes, &minutes->list[i]);
        }`,
    '        forget(minutes, &minutes->list[i]);',
  ),
  mutation(
    'what comes back is kept beside its minute, not added to it',
    'minutes.c',
    `        forget(minutes, &minutes->list[i]);
        if (minute.refusals`,
    '        minutes->list[i].on_its_way = false;\n        if (minute.refusals',
  ),
  mutation(
    'minutes that got too old are not counted as lost',
    'minutes.c',
    'lose(minutes, cf_minute_sessions(&minute), CRASHFREE_COUNT_NETWORK_ERROR);',
    '(void)0;',
  ),
  mutation(
    'minutes are sent up to the last millisecond',
    'minutes.c',
    '(CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS)',
    '(CRASHFREE_AGE_MAX_MS + CRASHFREE_AGE_MARGIN_MS)',
  ),
  mutation(
    'a minute in the future stays there',
    'minutes.c',
    'minute.started <= now && now - minute.started',
    'now - minute.started',
  ),
  mutation(
    'refusals are forgotten as minutes are merged',
    'minutes.c',
    'if (other->refusals > minute->refusals) {',
    'if (false) {',
  ),
  mutation(
    'a request without an answer counts as a refusal',
    'aggregate.c',
    'status != 0 && status != 429',
    'status != 429',
  ),
  mutation(
    'a limit is no answer for the next envelope',
    'aggregate.c',
    '    if (aggregate->asked ||\n        crashfree_aggregate_status(aggregate, monotonic) != CRASHFREE_STATUS_ACTIVE) {',
    '    if (aggregate->asked) {',
  ),
  mutation(
    'losses of counts are told twice',
    'aggregate.c',
    'memset(minutes->unreported, 0, sizeof minutes->unreported);',
    '',
  ),
  mutation(
    'an item holds a minute too many',
    'aggregate_text.c',
    'const bool last = i + 1 == minutes->count || (i + 1) % CRASHFREE_AGGREGATE_ITEM_MAX == 0;',
    'const bool last = i + 1 == minutes->count;',
  ),

  // events: one for each error, sent, kept or counted
  mutation(
    'an error is told again and again',
    'events.c',
    'events->told[events->next_told] = error;',
    '',
  ),
  mutation(
    'what a hook dropped keeps its place',
    'events.c',
    '        events->events[slot].state = CF_EVENT_FREE;\n        (void)lose(events, reason);',
    '        (void)lose(events, reason);',
  ),
  mutation(
    'the newest event leaves first',
    'events.c',
    'events->events[found].order) < 0)',
    'events->events[found].order) > 0)',
  ),
  mutation(
    'events keep to no limit',
    'events.c',
    '(earliest > limit ? earliest : limit) - now',
    'earliest - now',
  ),
  mutation(
    'events keep to the limits of sessions',
    'events.c',
    '&events->limits, "error", now',
    '&events->limits, "session", now',
  ),
  mutation(
    'an event that the server refused leaves again',
    'events.c',
    'if (is_refused || ++event->tries',
    'if (++event->tries',
  ),
  mutation(
    'an event is tried for ever',
    'events.c',
    '++event->tries == CRASHFREE_EVENTS_TRIES',
    '++event->tries == 0',
  ),
  mutation(
    'a limit counts as a try',
    'events.c',
    'if (status == 429 && events->limits.items > now) {',
    'if (false) {',
  ),
  mutation(
    'a limit without time makes a storm of events',
    'events.c',
    'status == 429 && events->limits.items > now',
    'status == 429',
  ),
  mutation(
    'a second try waits as long as the first',
    'events.c',
    'CF_RETRY_FIRST_MS << (event->tries - 1)',
    'CF_RETRY_FIRST_MS',
  ),
  mutation(
    'what a limit holds back as a page ends is not counted',
    'events.c',
    'crashfree_events_drop(events, slot, CRASHFREE_EVENT_RATELIMIT_BACKOFF);',
    'events->events[slot].state = CF_EVENT_FREE;',
  ),
  mutation(
    'a page that ends waits for a retry',
    'events.c',
    '(!last && wait_of(events, slot, now) > 0)',
    '(wait_of(events, slot, now) > 0)',
  ),
  mutation('losses of events are told twice', 'events.c', '    events->losses[reason] = 0;\n', ''),
  mutation(
    'events that no rate keeps are not counted',
    'events.c',
    'return lose(events, CRASHFREE_EVENT_SAMPLE_RATE);',
    'return CRASHFREE_EVENT_VERDICT_LOST;',
  ),
  mutation(
    'a minute of events never ends',
    'events.c',
    '!(now - events->minute < CF_MINUTE_MS)',
    'false',
  ),
  mutation(
    'a minute has an event more than its limit',
    'events.c',
    'events->in_minute++ >= events->per_minute',
    'events->in_minute++ > events->per_minute',
  ),
];
