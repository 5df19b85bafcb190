"""The statements that fill a province with a year of documents, set by set, inside the database.

`%(…)s` are values of `actions/province.py`. `made`, `issued` and `received` hold one set while it is written:
what is sent, with its number, and what its first recipient made of it.
"""

from __future__ import annotations

TABLES = (
    "documents_officialdocument", "documents_numberseries", "office_outgoingdocument", "office_recipient",
    "office_draftversion", "office_incomingdocument", "office_incomingfile", "office_statustoreport",
    "office_readtext", "office_register", "office_registerbook", "tasks_task", "tasks_taskparty",
    "tasks_taskstep", "identity_account", "directory_post", "directory_postholding",
)  # fmt: skip
TYPES = (
    *(("CV", "", "Công văn"),) * 10, *(("BC", "BC", "Báo cáo"),) * 3, *(("TB", "TB", "Thông báo"),) * 2,
    *(("KH", "KH", "Kế hoạch"),) * 2, ("QD", "QĐ", "Quyết định"), ("TTR", "TTr", "Tờ trình"),
    ("GM", "GM", "Giấy mời"),
)  # fmt: skip

# Who works where: the agencies in their places (the busiest in 0), each with its leader, clerk and experts.
DESKS = """
CREATE TEMP TABLE seat ON COMMIT PRESERVE ROWS AS
SELECT post.agency_id, post.id AS post, post.division_id AS division, post.title, role.role,
       holding.official_id AS official, official.full_name AS name
FROM directory_post post
JOIN identity_rolegrant role ON role.post_id = post.id
JOIN directory_postholding holding ON holding.post_id = post.id AND holding.valid_to > current_date
JOIN directory_official official ON official.id = holding.official_id
WHERE post.agency_id = ANY (%(agencies)s);
CREATE TEMP TABLE desk ON COMMIT PRESERVE ROWS AS
SELECT agency.id, agency.code, agency.name, agency.short_name,
       CASE WHEN agency.id = %(busiest)s THEN 0
            ELSE row_number() OVER (PARTITION BY agency.id = %(busiest)s ORDER BY agency.code) END AS place,
       leader.official AS leader, leader.post AS leader_post, leader.title AS leader_title,
       leader.name AS leader_name, expert.officials, expert.posts, expert.divisions, expert.names,
       cardinality(expert.officials) AS experts
FROM directory_agency agency
CROSS JOIN LATERAL (
    SELECT * FROM seat WHERE agency_id = agency.id AND role = 'leader' ORDER BY post LIMIT 1) leader
CROSS JOIN LATERAL (
    SELECT array_agg(official ORDER BY post) AS officials, array_agg(post ORDER BY post) AS posts,
           array_agg(division ORDER BY post) AS divisions, array_agg(name ORDER BY post) AS names
    FROM seat WHERE agency_id = agency.id AND role = 'specialist') expert
WHERE agency.id = ANY (%(agencies)s) AND expert.officials IS NOT NULL;
CREATE UNIQUE INDEX ON desk (place);
ANALYZE desk
"""

BOOKS = """
INSERT INTO office_registerbook (agency_id, code, name, active, is_default, position, types, senders)
SELECT id, 'incoming', 'Sổ đăng ký văn bản đến', true, true, 0, '{}'::text[], '{}'::text[] FROM desk
ON CONFLICT DO NOTHING;
INSERT INTO office_registerbook (agency_id, code, name, active, is_default, position, types, senders)
SELECT id, 'giay-moi', 'Sổ giấy mời', true, false, 1, '{Giấy mời}'::text[], '{}'::text[] FROM desk
WHERE place = 0 ON CONFLICT DO NOTHING;
CREATE TEMP TABLE shelf ON COMMIT PRESERVE ROWS AS
SELECT agency_id, min(id) FILTER (WHERE is_default) AS general, min(id) FILTER (WHERE code = 'giay-moi') AS gm
FROM office_registerbook WHERE agency_id = ANY (%(agencies)s) GROUP BY agency_id
"""

# A UUID version 7 of the time `t`.
_UUID7 = (
    "(lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '7'"
    " || lpad(to_hex(n %% 4096), 3, '0') || '8' || substr(md5(n || '{kind}' || %(salt)s), 1, 15))::uuid"
)

_MADE = f"""
CREATE TEMP TABLE made AS
WITH numbered AS (
    SELECT n, abs(hashint8(n)::bigint) AS h,
           %(at)s - (%(count)s - n) * %(step)s * interval '1 second' AS t
    FROM generate_series(%(start)s, %(until)s - 1) AS n),
placed AS (
    SELECT *, CASE WHEN n %% 25 = 0 THEN 0 ELSE 1 + h %% (%(desks)s - 1) END AS sent_from,
           1 + h / 3 %% cardinality(%(types)s::text[]) AS kind,
           t > %(at)s - interval '14 days' AND h / 29 %% 10 = 0 AS draft
    FROM numbered)
SELECT n, h, t, draft, sent_from, extract(year FROM t AT TIME ZONE 'Asia/Ho_Chi_Minh')::int AS year,
       CASE WHEN n %% 20 = 7 THEN %(desks)s - sent_from ELSE 1 + h / 7 %% (%(desks)s - 1) END AS away,
       {_UUID7.format(kind="o")} AS id, {_UUID7.format(kind="d")} AS document,
       {_UUID7.format(kind="i")} AS incoming, {_UUID7.format(kind="t")} AS task,
       (%(types)s::text[])[kind] AS type, (%(type_names)s::text[])[kind] AS type_name,
       CASE WHEN (%(abbreviations)s::text[])[kind] = '' THEN desk.short_name || '-TH'
            ELSE (%(abbreviations)s::text[])[kind] || '-' || desk.short_name END AS notation,
       CASE WHEN h / 5 %% 20 = 0 THEN 1 + h %% 3 ELSE 0 END AS urgency,
       'Về việc ' || (%(verbs)s::text[])[1 + h %% cardinality(%(verbs)s::text[])]
       || ' ' || (%(matters)s::text[])[1 + h / 17 %% cardinality(%(matters)s::text[])]
       || ' ' || (%(places)s::text[])[1 + h / 323 %% cardinality(%(places)s::text[])]
       || CASE WHEN n %% 10000 = 77 THEN %(rare)s ELSE '' END AS subject,
       desk.id AS agency, desk.name AS agency_name, desk.code AS agency_code, leader, leader_post,
       leader_title, leader_name, divisions[1 + h %% experts] AS division,
       officials[1 + h %% experts] AS drafter, posts[1 + h %% experts] AS drafter_post
FROM placed JOIN desk ON place = sent_from
"""  # noqa: S608 — put together of constants only

_ISSUED = """
CREATE TEMP TABLE issued AS
SELECT made.*, number, lpad(number::text, greatest(2, length(number::text)), '0') || '/' || notation AS code
FROM made LEFT JOIN (
    SELECT n, coalesce(series.last, 0)
              + row_number() OVER (PARTITION BY made.agency, made.year ORDER BY n) AS number
    FROM made LEFT JOIN documents_numberseries series
      ON series.agency_id = made.agency AND series.register = 'documents' AND series.year = made.year
    WHERE NOT draft) counted USING (n);
INSERT INTO documents_numberseries (agency_id, register, year, last)
SELECT agency, 'documents', year, max(number) FROM issued WHERE NOT draft GROUP BY agency, year
ON CONFLICT (agency_id, register, year) DO UPDATE SET last = EXCLUDED.last
"""

_DOCUMENTS = """
INSERT INTO documents_officialdocument (id, agency_id, division_id, type, register, number, year, notation,
    subject, body, place, addressees, recipients, urgency, authority, position, signer_id, pdf_id, state,
    promulgated_on, drafted_by_id, drafted_at, issued_at)
SELECT document, agency, division, type, 'documents', number, CASE WHEN NOT draft THEN year END, notation,
    subject, jsonb_build_array(%(body)s::text), 'Thái Nguyên', '[]', '["Như trên;", "Lưu: VT."]',
    (ARRAY['', 'KHAN', 'THUONG_KHAN', 'HOA_TOC'])[1 + urgency], '', leader_title,
    CASE WHEN NOT draft THEN leader END, CASE WHEN NOT draft THEN %(pdf)s END,
    CASE WHEN draft THEN 'DRAFT' ELSE 'ISSUED' END,
    CASE WHEN NOT draft THEN (t AT TIME ZONE 'Asia/Ho_Chi_Minh')::date END, drafter, t - interval '1 day',
    CASE WHEN NOT draft THEN t END
FROM issued ORDER BY n
"""

_OUTGOING = """
INSERT INTO office_outgoingdocument (id, agency_id, document_id, state, prepared_by_id, prepared_post_id,
    prepared_at, place, encrypted, steering_type, edxml_id, packet_id, document_code, issued_at, sent_at,
    attempts, error, subject, code, urgency)
SELECT id, agency, document, CASE WHEN draft THEN 'draft' ELSE 'sent' END, drafter, drafter_post,
    t - interval '1 day', 'Thái Nguyên', false, 0, CASE WHEN NOT draft THEN %(edxml)s END,
    CASE WHEN draft THEN '' ELSE 'province-' || n END,
    CASE WHEN draft THEN '' ELSE agency_code || ',' || t::date || ',' || code END,
    CASE WHEN NOT draft THEN t END, CASE WHEN NOT draft THEN t + interval '1 minute' END, 0, '', subject,
    coalesce(code, ''), urgency
FROM issued ORDER BY n
"""

_VERSIONS = """
INSERT INTO office_draftversion (outgoing_id, number, content, saved_by_id, saved_title, saved_at)
SELECT id, 1, jsonb_build_object('type_code', type, 'subject', subject, 'place', 'Thái Nguyên',
    'urgency', urgency, 'body', jsonb_build_array(%(body)s::text)), drafter, 'Chuyên viên',
    t - interval '1 day'
FROM issued WHERE draft
"""

# The newest wait for the clerk, the leader or the expert; of the older, one in fifty is overdue.
_RECEIVED = """
CREATE TEMP TABLE received AS
WITH stood AS (
    SELECT issued.*, desk.id AS reader, desk.leader AS giver, desk.leader_post AS giver_post,
           desk.leader_title AS giver_title, desk.leader_name AS giver_name, desk.experts, desk.officials,
           desk.posts, desk.names, 1 + h / 11 %% desk.experts AS lead,
           CASE WHEN h / 31 %% 100 < 2 THEN 'refused'
                WHEN t > %(at)s - interval '2 days' AND h / 41 %% 10 < 5 THEN 'arrived'
                WHEN t > %(at)s - interval '7 days' AND h / 41 %% 10 < 8 THEN 'registered'
                WHEN t > %(at)s - interval '20 days' AND h / 41 %% 10 < 5 THEN 'assigned'
                WHEN t > %(at)s - interval '30 days' OR h / 43 %% 50 = 0 THEN 'in-progress'
                ELSE 'finished' END AS state
    FROM issued JOIN desk ON place = (sent_from + away) %% %(desks)s
    WHERE NOT draft),
timed AS (
    SELECT *, state NOT IN ('arrived', 'refused') AS entered,
           state IN ('assigned', 'in-progress', 'finished') AS directed,
           t + interval '5 minutes' AS arrived_at,
           least(t + interval '2 hours', %(at)s) AS registered_at,
           least(t + interval '5 hours', %(at)s) AS given_at,
           least(t + (24 + h %% 72) * interval '1 hour', %(at)s) AS done_at,
           t + (3 + h / 47 %% 12) * interval '1 day' AS due_at
    FROM stood)
SELECT timed.*, extract(year FROM registered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::int AS book_year,
       CASE WHEN type = 'GM' THEN coalesce(shelf.gm, shelf.general) ELSE shelf.general END AS book
FROM timed JOIN shelf ON shelf.agency_id = reader;
INSERT INTO office_register (book_id, year, last_number)
SELECT DISTINCT book, book_year, 0 FROM received WHERE entered ON CONFLICT DO NOTHING;
CREATE TEMP TABLE entry AS
SELECT n, register.id AS register,
       register.last_number + row_number() OVER (PARTITION BY register.id ORDER BY n) AS register_number
FROM received JOIN office_register register ON register.book_id = book AND register.year = book_year
WHERE entered;
UPDATE office_register SET last_number = highest FROM (
    SELECT register, max(register_number) AS highest FROM entry GROUP BY register) last
WHERE id = last.register
"""

_TASKS = """
INSERT INTO tasks_task (id, agency_id, state, work, source_kind, source_id, source_label, root_id, depth,
    given_by_id, given_post_id, giver_title, given_at, due_at, needs_acceptance, product_name, product_note,
    finished_at, closed_at, reason)
SELECT task, reader, CASE state WHEN 'assigned' THEN 'given' WHEN 'finished' THEN 'accepted' ELSE state END,
    (%(orders)s::text[])[1 + h %% cardinality(%(orders)s::text[])], 'office.incoming', incoming::text,
    left(code || ' – ' || agency_name, 250), task, 0, giver, giver_post, giver_title, given_at, due_at, false,
    '', CASE WHEN state = 'finished' THEN 'Đã thực hiện, báo cáo lãnh đạo.' ELSE '' END,
    CASE WHEN state = 'finished' THEN done_at END, CASE WHEN state = 'finished' THEN done_at END, ''
FROM received WHERE directed ORDER BY n;
INSERT INTO tasks_taskparty (task_id, part, official_id, post_id)
SELECT task, 'lead', officials[lead], posts[lead] FROM received WHERE directed ORDER BY n;
INSERT INTO tasks_taskparty (task_id, part, official_id, post_id)
SELECT task, 'co-operating', officials[1 + lead %% experts], posts[1 + lead %% experts]
FROM received WHERE directed AND experts > 1 ORDER BY n;
INSERT INTO tasks_taskstep (task_id, verb, text, actor_name, actor_title, at, link_kind, link_id)
SELECT task, verb, CASE WHEN verb = 'give' THEN (%(orders)s::text[])[1 + h %% cardinality(%(orders)s::text[])]
       ELSE '' END, CASE WHEN verb = 'give' THEN giver_name ELSE names[lead] END,
       CASE WHEN verb = 'give' THEN giver_title ELSE 'Chuyên viên' END, moment, '', ''
FROM received, LATERAL (VALUES ('give', given_at, true),
    ('start', least(given_at + interval '1 hour', %(at)s), state <> 'assigned'),
    ('complete', done_at, state = 'finished')) AS step (verb, moment, done)
WHERE directed AND done ORDER BY n, moment
"""

_INCOMING = """
INSERT INTO office_incomingdocument (id, agency_id, state, source, delivery_id, packet_id, edxml_id,
    arrived_at, document_code, code, type_name, subject, content, promulgated_on, place, signer_name,
    signer_position, sender_code, sender_name, sender_kind, came_by, duplicate_reason, urgency, steering_type,
    authentic, verdict, encrypted, register_id, register_number, registered_at, reason, due_at, finished_at,
    product_note, product_name, task_id, withdrawn_by)
SELECT incoming, reader, state, 'axis', 'province-' || n, 'province-' || n, %(edxml)s, arrived_at,
    agency_code || ',' || t::date || ',' || code, code, type_name, subject, '',
    (t AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 'Thái Nguyên', leader_name, leader_title, agency_code,
    agency_name, 'agency', '', '', urgency, 0, true, %(verdict)s::jsonb, false, register, register_number,
    CASE WHEN entered THEN registered_at END, CASE WHEN state = 'refused' THEN %(refusal)s ELSE '' END,
    CASE WHEN directed THEN due_at END, CASE WHEN state = 'finished' THEN done_at END,
    CASE WHEN state = 'finished' THEN 'Đã thực hiện, báo cáo lãnh đạo.' ELSE '' END, '',
    CASE WHEN directed THEN task END, ''
FROM received LEFT JOIN entry USING (n) ORDER BY n;
INSERT INTO office_incomingfile (document_id, position, name, blob_id, verdict)
SELECT incoming, 1, replace(code, '/', '_') || '.pdf', %(pdf)s, %(verdict)s::jsonb FROM received ORDER BY n;
INSERT INTO office_statustoreport (document_id, delivery_id, code, description, staff, department,
    happened_at, next_attempt_at, attempts, error, reported_at, refused)
SELECT incoming, '', step.code, CASE WHEN step.code = '02' THEN %(refusal)s ELSE '' END, '', '', moment,
    moment, 1, '', moment, ''
FROM received, LATERAL (VALUES ('02', registered_at, state = 'refused'), ('03', registered_at, entered),
    ('06', done_at, state = 'finished')) AS step (code, moment, done)
WHERE done ORDER BY n, moment;
INSERT INTO office_readtext (document_id, agency_id, state, text, by_ocr, error, attempts, next_attempt_at)
SELECT incoming, reader, 'done', concat_ws(E'\\n', type_name || ' ' || code, subject,
    (%(sentences)s::text[])[1 + h %% cardinality(%(sentences)s::text[])],
    (%(sentences)s::text[])[1 + h / 7 %% cardinality(%(sentences)s::text[])]), false, '', 1, arrived_at
FROM received WHERE n %% 10 = 7 ORDER BY n
"""

_RECIPIENTS = """
INSERT INTO office_recipient (document_id, agency_id, status, status_at, description, staff, "group",
    change_kind, change_state, change_note)
SELECT issued.id, desk.id, answer, CASE WHEN answer <> '' THEN least(issued.t + interval '1 day', %(at)s) END,
    CASE WHEN answer = '02' THEN %(refusal)s ELSE '' END, '', '', '', '', ''
FROM issued CROSS JOIN generate_series(0, 2) AS copy
JOIN desk ON place = (issued.sent_from + 1 + (issued.away - 1 + copy * 37) %% (%(desks)s - 1)) %% %(desks)s
LEFT JOIN received USING (n)
CROSS JOIN LATERAL (SELECT CASE WHEN issued.draft THEN ''
    WHEN copy = 0 THEN CASE received.state WHEN 'refused' THEN '02' WHEN 'arrived' THEN '01'
        WHEN 'registered' THEN '03' WHEN 'assigned' THEN '04' WHEN 'in-progress' THEN '05' ELSE '06' END
    ELSE (ARRAY['06', '06', '06', '03', '06', '05', '06', '01', '06', '03'])[1 + (issued.h / 13 + copy) %% 10]
    END AS answer) said
ORDER BY issued.n, copy
"""

SET = (
    _MADE,
    _ISSUED,
    _DOCUMENTS,
    _OUTGOING,
    _VERSIONS,
    _RECEIVED,
    _TASKS,
    _INCOMING,
    _RECIPIENTS,
    "DROP TABLE made, issued, received, entry",
)
