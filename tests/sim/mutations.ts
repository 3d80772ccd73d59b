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
    'transport.c',
    'const uint32_t fact = delivered ? CF_TAKEN : CF_UNSENT;',
    'const uint32_t fact = CF_TAKEN;',
  ),
  mutation(
    'init is never taken as delivered',
    'transport.c',
    'const uint32_t fact = delivered ? CF_TAKEN : CF_UNSENT;',
    'const uint32_t fact = CF_UNSENT;',
  ),
  mutation(
    'init leaves again while it is on its way',
    'transport.c',
    'session->init = request;',
    '',
  ),
  mutation(
    'a 429 for sessions counts as delivered',
    'transport.c',
    '(status == 429 && !limited)',
    'status == 429',
  ),
  mutation(
    'a 429 for others counts as refused',
    'transport.c',
    '(status == 429 && !limited)',
    'false',
  ),
  mutation('a redirect counts as delivered', 'transport.c', 'status < 300', 'status < 400'),
  mutation(
    'a server error counts as delivered',
    'transport.c',
    'status >= 200 && status < 300',
    'status >= 200 && status != 429',
  ),
  mutation(
    'an update has init again',
    'envelope.c',
    'if (session->init == CF_UNSENT) {',
    'if (true) {',
  ),
  // one end, and nothing after it
  mutation(
    'an end leaves again while it is on its way',
    'transport.c',
    'session->update = request;',
    '',
  ),
  mutation(
    'a repeated init repeats the crash',
    'session.h',
    'return session->update == CF_UNSENT ? session->status : CRASHFREE_OK;',
    'return session->status;',
  ),
  mutation(
    'a saved session repeats its crash on the next page',
    'transport.c',
    '            status = CRASHFREE_EXITED;',
    '',
  ),
  mutation(
    'a session on its way is saved and sent again',
    'transport.c',
    `        if (!cf_session_is_due(session)) {
            return 0;
        }
        /* Its end`,
    '        /* Its end',
  ),
  mutation(
    'errors after a crash change the session',
    'client.c',
    `    cf_session *const session = running(client);

    if (session == NULL) {
        return;
    }
    const bool news`,
    `    cf_session *const session = cf_client_session(client);

    if (session == NULL) {
        return;
    }
    const bool news`,
  ),
  mutation(
    'a navigation leaves the old session open',
    'client.c',
    'cf_session_end(session, CRASHFREE_EXITED);',
    '',
  ),
  mutation(
    'a restored session has lost its end',
    'client.c',
    'session->status = status;',
    'session->status = CRASHFREE_EXITED;',
  ),
  mutation(
    'a restored session is announced again',
    'client.c',
    'session->init = announced ? CF_TAKEN : CF_UNSENT;',
    'session->init = CF_UNSENT;',
  ),
  mutation(
    'uncaught errors are crashes whatever the option says',
    'client.c',
    '== CRASHFREE_UNHANDLED_END\n',
    '== 77\n',
  ),
  // nothing waits longer than it must
  mutation(
    'a crash waits',
    'client.c',
    `                                    : CRASHFREE_CRASHED);
        cf_transport_send(client, CF_EVENT);`,
    `                                    : CRASHFREE_CRASHED);
        cf_transport_wake_in(client, CRASHFREE_FIRST_SEND_MS);`,
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
    `    changed(session);
    return true;
}

bool cf_session_error`,
    `    return true;
}

bool cf_session_error`,
  ),
  mutation(
    'a page load is never announced by itself',
    'client.c',
    'cf_transport_wake_in(client, CRASHFREE_FIRST_SEND_MS);',
    '',
  ),
  mutation('only the first wake comes', 'transport.c', '    client->wake_at = 0;\n', ''),
  mutation(
    'what a limit holds back is not woken for',
    'transport.c',
    'cf_transport_wake_in(client, whole + (whole < limited));',
    '',
  ),
  mutation(
    'network errors are not retried',
    'transport.c',
    'client->failures < RETRIES_MAX && news',
    'false',
  ),
  mutation(
    'what is refused is tried for ever',
    'transport.c',
    '#define REFUSALS_MAX 3',
    '#define REFUSALS_MAX 200',
  ),
  mutation(
    'a limit without time makes a storm',
    'transport.c',
    `must not make a storm. */
            cf_transport_wake_in(client, RETRY_FIRST_MS);`,
    `must not make a storm. */
            cf_transport_wake_in(client, 0);`,
  ),
  // who
  mutation(
    'another user shares the session',
    'client.c',
    "if (session->did[0] != '\\0') {",
    'if (false) {',
  ),
  mutation(
    'the next session forgets the user',
    'client.c',
    'memcpy(next->did, client->did, sizeof next->did);',
    '',
  ),
  mutation(
    'too long an id is cut',
    'client.c',
    `    if (!fits) {
        memset(did`,
    `    if (false) {
        memset(did`,
  ),
  // whether at all
  mutation(
    'consent is not asked for',
    'client.c',
    'client->number[CRASHFREE_CONSENT] == CRASHFREE_CONSENT_IS_GRANTED;',
    'client->number[CRASHFREE_CONSENT] != CRASHFREE_CONSENT_IS_DENIED;',
  ),
  mutation(
    'denied consent forgets nothing',
    'client.c',
    `client->start_on_grant |= client->end > client->sessions;
        client->end = client->sessions;`,
    'client->start_on_grant |= client->end > client->sessions;',
  ),
  mutation(
    'pending consent keeps all sessions',
    'client.c',
    `CRASHFREE_CONSENT_IS_PENDING) {
        client->end = client->sessions;`,
    'CRASHFREE_CONSENT_IS_PENDING) {',
  ),
  mutation(
    'granted consent starts nothing',
    'client.c',
    'client->start_on_grant = false;\n        crashfree_start_session(client, true);',
    'client->start_on_grant = false;',
  ),
  mutation(
    'the sample is drawn from the version digit',
    'session.c',
    'draw = draw >> 8 | (uint32_t)bytes[i] << 24;',
    'draw = (uint32_t)bytes[6] << 24;',
  ),
  mutation(
    'one session a minute more than allowed',
    'client.c',
    'client->opened >= client->number',
    'client->opened > client->number',
  ),
  mutation(
    'before_send decides nothing',
    'transport.c',
    'if (cf_host_before_send(client, client->envelope.text, length)) {',
    'if (cf_host_before_send(client, client->envelope.text, length) || true) {',
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
    'all = size == 0;',
    'all = false;',
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
  mutation('a start in the future stays there', 'transport.c', 'session->started > now || ', ''),
  mutation(
    'a start before a jump of the clock stays there',
    'transport.c',
    ' || now - session->started > CRASHFREE_AGE_MAX_MS',
    '',
  ),
  mutation(
    'sessions never get too old',
    'transport.c',
    'if (age > CRASHFREE_AGE_MAX_MS) {',
    'if (false) {',
  ),
  mutation(
    'a clock set back loses what was stored',
    'client.c',
    '!(age <= CRASHFREE_AGE_MAX_MS)',
    '!(since >= 0 && age <= CRASHFREE_AGE_MAX_MS)',
  ),
  mutation(
    'sent_at is not the time of sending',
    'transport.c',
    'cf_envelope_begin(envelope, now, url',
    'cf_envelope_begin(envelope, now - 1000, url',
  ),
  // counting losses
  mutation(
    'losses are not counted',
    'transport.c',
    'cf_client_lose(client, reason);',
    '(void)reason;',
  ),
  mutation(
    'what a limit holds back at the end is not counted',
    'transport.c',
    'drop(client, session, CRASHFREE_DROPPED_LIMIT);',
    '',
  ),
  mutation(
    'losses are told twice',
    'transport.c',
    'memset(client->unreported, 0, sizeof client->unreported);',
    '',
  ),
  mutation(
    'a hidden page tells no losses',
    'transport.c',
    '(send_sessions || occasion != CF_EVENT) &&',
    'send_sessions &&',
  ),
  mutation(
    'what a full queue gives up is not counted',
    'transport.c',
    'give_up(client, victim, CRASHFREE_DROPPED_QUEUE);',
    'victim->discarded = true;',
  ),
  mutation(
    'a tunnel does not learn the DSN',
    'transport.c',
    'url == client->tunnel ? client->dsn.text : ""',
    '""',
  ),
];
