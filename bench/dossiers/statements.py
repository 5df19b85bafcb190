"""The statements that fill a province with a year of dossiers, set by set, inside the database.

`%(…)s` are values of `filling`. `made` holds the dossiers of one set while it is written, `done` their steps.
"""

from __future__ import annotations

TABLES = (
    "identity_party", "dossiers_dossier", "dossiers_application", "dossiers_dossierparty",
    "dossiers_dossierpaper", "dossiers_dossiertask", "dossiers_slip", "dossiers_pause",
    "dossiers_supplementrequest", "dossiers_daysequence", "ledger_event",
)  # fmt: skip

# Who works where: the bodies in their places (the busiest in 0), each with one official of every role.
DESKS = """
CREATE TEMP TABLE worker ON COMMIT PRESERVE ROWS AS
SELECT DISTINCT ON (post.agency_id, role.role) post.agency_id AS agency, role.role,
       holding.official_id AS official, official.full_name AS name, post.title
FROM directory_post post
JOIN identity_rolegrant role ON role.post_id = post.id
JOIN directory_postholding holding ON holding.post_id = post.id AND holding.valid_to > current_date
JOIN directory_official official ON official.id = holding.official_id
WHERE post.agency_id = ANY (%(bodies)s) ORDER BY post.agency_id, role.role, post.id;
CREATE TEMP TABLE desk ON COMMIT PRESERVE ROWS AS
SELECT place - 1 AS place, agency.id, agency.code, agency.name
FROM unnest(%(bodies)s::bigint[]) WITH ORDINALITY AS body (id, place) JOIN directory_agency agency USING (id);
CREATE UNIQUE INDEX ON desk (place);
CREATE UNIQUE INDEX ON worker (agency, role);
ANALYZE desk, worker
"""

# How a dossier goes: the steps of its track, with the minutes after handing in between which each is open (a
# step without end stays open), and the tokens that lie while it is.
TRACK = """
CREATE TEMP TABLE track (
    track text, place int, step text, name text, kind text, role text, minutes int, opens int, ends int,
    tokens smallint[]
) ON COMMIT PRESERVE ROWS
"""
TRACK_ROW = "INSERT INTO track VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

_UUID7 = (
    "(lpad(to_hex((extract(epoch FROM {t}) * 1000)::bigint), 12, '0') || '7'"
    " || lpad(to_hex(n %% 4096), 3, '0') || '8' || substr(md5(n || '{kind}' || %(salt)s), 1, 15))::uuid"
)
_PARTY = "md5('party' || {k} || %(salt)s)::uuid"
_NAME = (
    "(%(families)s::text[])[1 + {k} %% cardinality(%(families)s::text[])]"
    " || ' ' || (%(given)s::text[])[1 + {k} / 11 %% cardinality(%(given)s::text[])]"
)

# Everybody hands in three dossiers a year. One dossier in 20 is the busiest body's.
_MADE = f"""
CREATE TEMP TABLE made AS
WITH numbered AS (
    SELECT n, abs(hashint8(n)::bigint) AS h,
           %(at)s - (%(count)s - n) * %(step)s * interval '1 second' AS t
    FROM generate_series(%(start)s, %(until)s - 1) AS n),
placed AS (
    SELECT *, CASE WHEN n %% 20 = 0 THEN 0 ELSE 1 + h %% (%(desks)s - 1) END AS body,
           CASE WHEN h / 3 %% 100 < 3 THEN 'refused'
                WHEN t > %(at)s - interval '20 days' AND h / 5 %% 50 = 0 THEN 'supplement'
                ELSE 'granted' END AS track,
           0.5 + (h / 13 %% 101) / 40.0 AS pace, h / 7 %% greatest(%(count)s / 3, 1) AS k
    FROM numbered),
coded AS (
    SELECT placed.*, desk.id AS agency, desk.code AS agency_code, desk.name AS agency_name,
           (t AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, t + interval '5.5 days' AS due_at
    FROM placed JOIN desk ON place = body)
SELECT coded.*, {_UUID7.format(t="t", kind="d")} AS id, {_PARTY.format(k="k")} AS party,
       {_NAME.format(k="k")} AS applicant,
       'Bản sao ' || (%(matters)s::text[])[1 + h / 17 %% cardinality(%(matters)s::text[])]
       || ' ' || (%(places)s::text[])[1 + h / 323 %% cardinality(%(places)s::text[])]
       || CASE WHEN n %% 10000 = 77 THEN %(rare)s ELSE '' END AS summary,
       coalesce(series.last, 0) + row_number() OVER (PARTITION BY agency, coded.day ORDER BY n) AS number
FROM coded LEFT JOIN dossiers_daysequence series ON series.agency_id = agency AND series.day = coded.day;
INSERT INTO dossiers_daysequence (agency_id, day, last)
SELECT agency, day, max(number) FROM made GROUP BY agency, day
ON CONFLICT (agency_id, day) DO UPDATE SET last = EXCLUDED.last
"""

_DONE = f"""
CREATE TEMP TABLE done AS
SELECT n, made.id AS dossier, agency, agency_code, made.track, place, step, track.name AS step_name, kind,
       track.role, minutes, tokens, opened_at, coalesce(ended_at <= %(at)s, false) AS ended,
       CASE WHEN ended_at <= %(at)s THEN ended_at END AS ended_at,
       {_UUID7.format(t="opened_at", kind="' || place || '")} AS id,
       worker.official, worker.name, worker.title
FROM made JOIN track USING (track)
CROSS JOIN LATERAL (SELECT t + pace * opens * interval '1 minute' AS opened_at,
                           t + pace * ends * interval '1 minute' AS ended_at) AS span
LEFT JOIN worker USING (agency, role)
WHERE opened_at <= %(at)s;
CREATE TEMP TABLE last AS
SELECT DISTINCT ON (n) n, track, step, opened_at, ended, ended_at, tokens
FROM done ORDER BY n, place DESC;
ANALYZE made, done, last
"""

_PARTIES = f"""
INSERT INTO identity_party (id, kind, number, name, born_date, telephone, email, address, known_since)
SELECT {_PARTY.format(k="k")}, 'citizen', lpad((190000000000 + k)::text, 12, '0'), {_NAME.format(k="k")},
       date '1960-01-01' + (k %% 16000)::int, '0912345678', '', 'Thái Nguyên', %(at)s - interval '1 year'
FROM generate_series(%(start)s / 3, %(until)s / 3 - 1) AS k
"""

# State 2 accepted, 4 in progress, 5 supplement requested, 9 finished, 10 handed out.
_DOSSIERS = """
CREATE TEMP TABLE stood AS
SELECT made.*, last.opened_at, last.ended_at, last.ended, last.step, last.tokens,
       CASE WHEN last.ended AND last.step = 'hand_out' THEN 10
            WHEN last.step = 'hand_out' OR (last.ended AND last.step = 'refuse') THEN 9
            WHEN last.step = 'supplement' THEN 5 WHEN last.step = 'receive' THEN 2 ELSE 4 END AS state,
       CASE WHEN last.step = 'refuse' THEN last.ended_at ELSE last.opened_at END AS settled_at,
       agency_code || '-' || to_char(day, 'YYMMDD') || '-' || lpad(number::text, 4, '0') AS code
FROM made JOIN last USING (n);
INSERT INTO dossiers_dossier (id, code, agency_id, version_id, channel, root_id, state, outcome, timing,
    applicant_id, applicant_name, summary, submitted_at, accepted_at, counted_from_at, limit_minutes, due_at,
    promised_at, paused_at, minutes_left, finished_at, closed_at, tokens, bodies, fee_owed, supplemented,
    lock_version, papers_filed)
SELECT id, code, agency, %(version)s, CASE WHEN h %% 2 = 0 THEN 'counter' ELSE 'online-part' END, id, state,
    CASE WHEN state < 9 THEN '' WHEN track = 'refused' THEN 'refused' ELSE 'granted' END,
    CASE WHEN state < 9 THEN '' WHEN settled_at > due_at THEN 'late'
         WHEN settled_at::date < due_at::date THEN 'early' ELSE 'on-time' END,
    party, applicant, summary, t, t, t, %(limit)s, CASE WHEN state <> 5 THEN due_at END, NULL,
    CASE WHEN state = 5 THEN opened_at END, CASE WHEN state = 5 THEN 960 END,
    CASE WHEN state >= 9 THEN settled_at END, CASE WHEN state = 10 THEN ended_at END,
    CASE WHEN ended THEN '{}'::smallint[] ELSE tokens END,
    jsonb_build_object('desk', agency, 'expert', agency, 'leader', agency, 'clerk', agency),
    0, false, 3, false
FROM stood ORDER BY n;
INSERT INTO dossiers_application (dossier_id, answers)
SELECT id, jsonb_build_object('full_name', applicant, 'matter', summary, 'copies', 1 + h %% 3)
FROM stood ORDER BY n;
INSERT INTO dossiers_dossierparty (dossier_id, party_id, role, mandate)
SELECT id, party, 'applicant', '' FROM stood ORDER BY n;
INSERT INTO dossiers_dossierpaper (dossier_id, key, name, originals, copies, given_at)
SELECT id, paper.key, paper.name, originals, 1 - originals, t
FROM stood, (VALUES ('request', 'Đơn đề nghị cấp bản sao', 1),
    ('identity', 'Căn cước của người yêu cầu', 0)) AS paper (key, name, originals)
ORDER BY n
"""

_TASKS = """
INSERT INTO dossiers_dossiertask (id, dossier_id, step, kind, state, agency_id, role, minutes, opened_at,
    due_at, pause_reason, done_at, done_by_id, minutes_used, question, note)
SELECT id, dossier, step, kind, CASE WHEN ended THEN 'done' ELSE 'open' END, agency, role, minutes, opened_at,
    CASE WHEN kind = 'work' THEN opened_at + 2 * minutes * interval '1 minute' END,
    CASE WHEN kind = 'wait' THEN 'supplement' ELSE '' END, CASE WHEN ended THEN ended_at END,
    CASE WHEN ended THEN official END, CASE WHEN ended THEN minutes / 2 END, '', ''
FROM done ORDER BY n, place
"""

_SLIPS = f"""
INSERT INTO dossiers_slip (id, dossier_id, kind, facts, made_at, made_by_id)
SELECT {_UUID7.format(t="t", kind="s")}, stood.id, '01', jsonb_build_object('code', code,
    'applicant', applicant, 'agency', agency_name, 'address', '', 'telephone', '', 'procedure', %(procedure)s,
    'channel', 'counter', 'accepted_at', t, 'due_at', due_at, 'fee', 0, 'official', worker.name,
    'post', worker.title, 'papers', %(papers)s::jsonb, 'handed_in_by', applicant), t, worker.official
FROM stood JOIN worker USING (agency) WHERE worker.role = 'receptionist' ORDER BY n;
INSERT INTO dossiers_pause (dossier_id, reason, began_at)
SELECT id, 'supplement', opened_at FROM stood WHERE state = 5;
INSERT INTO dossiers_supplementrequest (dossier_id, items, reason, asked_by_id, asked_at)
SELECT stood.id, '["Bản sao giấy khai sinh"]'::jsonb, 'Hồ sơ chưa đủ.', worker.official, opened_at
FROM stood JOIN worker USING (agency) WHERE worker.role = 'specialist' AND state = 5
"""

# Handed in, accepted, each step, decided, handed out: ten for one that was granted.
_EVENTS = """
INSERT INTO ledger_event (at, id, actor_kind, actor_id, actor_name, post, acting_for, agency_id, agency_code,
    source, verb, subject_kind, subject_id, data)
SELECT moment, {id}, 'official', official::text, name, title, '', agency, agency_code, 'web',
    'dossier.' || verb, 'dossiers.dossier', dossier::text, data
FROM (
    SELECT n, 0 AS place, t AS moment, verb, stood.id AS dossier, agency, agency_code, worker.official,
           worker.name, worker.title, data
    FROM stood JOIN worker USING (agency), LATERAL (VALUES
        ('submit', jsonb_build_object('code', code, 'channel', 'counter')),
        ('accept', jsonb_build_object('fee', 0, 'due_at', due_at))) AS came (verb, data)
    WHERE worker.role = 'receptionist'
    UNION ALL
    SELECT n, place, ended_at, verb, dossier, agency, agency_code, official, name, title, data
    FROM done, LATERAL (VALUES
        ('work', true, jsonb_build_object('step', step_name, 'note', '')),
        ('finish', step IN ('seal', 'refuse'), jsonb_build_object('outcome', track, 'timing', 'on-time')),
        ('hand-out', step = 'hand_out', '{{}}'::jsonb)) AS said (verb, wanted, data)
    WHERE ended AND wanted
) AS happened ORDER BY moment
""".format(id=_UUID7.format(t="moment", kind="' || place || verb || '"))

SET = (
    _MADE,
    _DONE,
    _PARTIES,
    _DOSSIERS,
    _TASKS,
    _SLIPS,
    _EVENTS,
    "DROP TABLE made, done, last, stood",
)
