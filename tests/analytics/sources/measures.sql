-- The measures once more, written by hand over the tables of live work: no line of the product's
-- own SQL or Python is used. Moments are whole seconds, as the mirror keeps them.
-- %(as_of)s is the moment, in seconds since 1970.
CREATE FUNCTION pg_temp.midnight(day date, zone text) RETURNS timestamptz LANGUAGE sql
AS $$ SELECT day::timestamp AT TIME ZONE zone $$;

CREATE FUNCTION pg_temp.is_workday(house bigint, day date) RETURNS boolean LANGUAGE sql
AS $$ SELECT extract(isodow FROM day) < 6
    AND NOT EXISTS (SELECT FROM requests_app_holiday h WHERE h.facility_id = house AND h.date = day) $$;

CREATE FUNCTION pg_temp.workdays(house bigint, after date, through date) RETURNS bigint LANGUAGE sql
AS $$ SELECT count(*) FROM generate_series(after + 1, through, interval '1 day') AS step
    WHERE pg_temp.is_workday(house, step::date) $$;

CREATE FUNCTION pg_temp.tenth_workday(house bigint, after date) RETURNS date LANGUAGE sql
AS $$ SELECT step::date FROM generate_series(after + 1, after + 40, interval '1 day') AS step
    WHERE pg_temp.is_workday(house, step::date) ORDER BY step LIMIT 1 OFFSET 9 $$;

CREATE TEMPORARY TABLE told AS
SELECT e.*, floor(extract(epoch FROM e.occurred_at))::bigint AS at, r.direction, r.partner,
    r.requester_id, f.zone, f.id AS place
FROM requests_app_event e
JOIN requests_app_imagingrequest r ON r.id = e.request_id
JOIN requests_app_facility f ON f.id = r.facility_id
WHERE r.state <> 'draft';

CREATE TEMPORARY TABLE story AS
SELECT r.id, r.direction, r.legal_basis, r.requester_type, r.intake, r.modality,
    f.slug, f.id AS place, f.zone,
    r.preferred_channel AS wanted, coalesce(r.fee_cents, 0) > 0 AS is_charged,
    CASE WHEN r.state = 'not_found' AND EXISTS (SELECT FROM told WHERE request_id = r.id
        AND kind = 'not_found' AND reason = 'IN03') THEN 'not_our_patient' ELSE r.state END AS state,
    (SELECT min(at) FROM told WHERE request_id = r.id AND kind = 'received') AS received,
    (SELECT min(occurred_at) FROM told WHERE request_id = r.id AND kind = 'received') AS received_at,
    (SELECT min(occurred_at) FROM told WHERE request_id = r.id AND kind = 'complete') AS complete_at,
    (SELECT min(a.at) FROM told a WHERE a.request_id = r.id AND a.kind = 'available'
        AND NOT EXISTS (SELECT FROM told x WHERE x.request_id = r.id
            AND x.kind = 'delivery_failed' AND x.occurred_at >= a.occurred_at)) AS available,
    (SELECT min(at) FROM told WHERE request_id = r.id
        AND kind IN ('denied', 'withdrawn', 'not_found', 'duplicate')) AS ended,
    (SELECT min(occurred_at) FROM told WHERE request_id = r.id AND kind = 'extended') AS extended_at,
    (SELECT min(at) FROM told WHERE request_id = r.id AND kind = 'images_received') AS arrived,
    (SELECT min(at) FROM told WHERE request_id = r.id AND kind = 'first_opened') AS opened,
    (SELECT channel FROM told WHERE request_id = r.id AND kind = 'available' AND channel <> ''
        ORDER BY seq DESC LIMIT 1) AS went_by,
    r.state NOT IN ('delivered', 'closed', 'denied', 'not_found', 'withdrawn', 'duplicate') AS is_open,
    extract(epoch FROM ((r.need_by + 1)::timestamp AT TIME ZONE f.zone))::bigint AS needed_until
FROM requests_app_imagingrequest r JOIN requests_app_facility f ON f.id = r.facility_id
WHERE r.state <> 'draft';

CREATE TEMPORARY TABLE failure AS
SELECT w.request_id, w.reason, w.at, (
    SELECT min(n.at) FROM told n WHERE n.request_id = w.request_id AND n.seq > w.seq AND CASE w.kind
        WHEN 'hold_started' THEN n.kind IN ('hold_ended', 'available')
        WHEN 'delivery_failed' THEN n.kind = 'available'
        WHEN 'images_unusable' THEN n.kind IN ('images_usable', 'located', 'prepared')
        ELSE n.kind = 'failure_recovered' AND n.reason = w.reason END) AS mended
FROM told w
WHERE w.reason <> ''
    AND w.kind IN ('hold_started', 'delivery_failed', 'images_unusable', 'failure_noted');

CREATE TEMPORARY TABLE handled AS
SELECT t.request_id, t.seq FROM told t
WHERE t.kind = 'manual_touch' AND NOT EXISTS (
    SELECT FROM told b WHERE b.request_id = t.request_id AND b.kind = 'manual_touch'
        AND b.actor_id IS NOT DISTINCT FROM t.actor_id AND b.touch = t.touch
        AND (b.at, b.seq) < (t.at, t.seq) AND t.at - b.at <= 300);

-- The contract allows five business days after the day of completeness; a day does not count that
-- begins while the requester is waited for.
CREATE TEMPORARY TABLE awaited AS
SELECT h.request_id, h.occurred_at AS begun, coalesce(
    (SELECT min(n.occurred_at) FROM told n WHERE n.request_id = h.request_id AND n.seq > h.seq
        AND (n.kind IN ('denied', 'withdrawn', 'not_found', 'duplicate')
            OR n.kind = 'hold_ended' AND (n.reason = h.reason OR n.reason = ''))),
    'infinity') AS over
FROM told h
WHERE h.kind = 'hold_started' AND h.reason IN
    ('IN01', 'AU01', 'AU02', 'AU03', 'AU04', 'AU05', 'LO05', 'RV03', 'TR08');

CREATE TEMPORARY TABLE promised AS
SELECT s.*, day AS due_day, extract(epoch FROM pg_temp.midnight(day + 1, zone))::bigint AS due
FROM story s CROSS JOIN LATERAL (
    SELECT day::date FROM generate_series(1, 90) AS step
    CROSS JOIN LATERAL (SELECT (complete_at AT TIME ZONE zone)::date + step AS day) AS days
    WHERE pg_temp.is_workday(s.place, day)
        AND NOT EXISTS (SELECT FROM awaited a WHERE a.request_id = s.id
            AND a.begun <= pg_temp.midnight(day, zone)
            AND least(a.over, to_timestamp(%(as_of)s)) > pg_temp.midnight(day, zone))
    ORDER BY step LIMIT 1 OFFSET 4) AS fifth
WHERE complete_at IS NOT NULL;

-- A patient has 30 days; 60 where that was written before the 30 were over. A state's rule and that
-- of mammograms give 15 days here, that of notices 10 business days: to the end of the last of them,
-- where the facility is.
CREATE TEMPORARY TABLE ruled AS
SELECT s.*, rule, allowed, due_day, extract(epoch FROM pg_temp.midnight(due_day + 1, zone))::bigint
    AS due, coalesce(available, CASE WHEN state IN ('denied', 'not_found') THEN ended END) AS stop
FROM story s CROSS JOIN LATERAL (SELECT (received_at AT TIME ZONE zone)::date AS day,
    legal_basis IN ('patient_access', 'representative_access', 'third_party_directive') AS is_access
) AS known CROSS JOIN LATERAL (
    SELECT 'legal', day + 30, 30 WHERE is_access
        AND (extended_at >= pg_temp.midnight(day + 31, zone) OR extended_at IS NULL)
    UNION ALL SELECT 'legal', day + 60, 60 WHERE is_access
        AND extended_at < pg_temp.midnight(day + 31, zone)
    UNION ALL SELECT 'state', day + 15, 15 WHERE is_access AND direction = 'outbound'
    UNION ALL SELECT 'mammography', day + 15, 15 WHERE modality = 'MG' AND direction = 'outbound'
    UNION ALL SELECT 'notice', pg_temp.tenth_workday(place, day), 10 WHERE direction = 'outbound'
) AS rules (rule, due_day, allowed);

-- The business time of contract clocks, without what was waited for: stopped, or so far.
CREATE TEMPORARY TABLE worked AS
SELECT s.id, available IS NOT NULL AS is_stopped, coalesce((
    SELECT sum(extract(epoch FROM upper(part) - lower(part)))
    FROM generate_series(
        (complete_at AT TIME ZONE zone)::date, (until AT TIME ZONE zone)::date, interval '1 day'
    ) AS step
    CROSS JOIN LATERAL unnest(tstzmultirange(
        tstzrange(pg_temp.midnight(step::date, zone), pg_temp.midnight(step::date + 1, zone))
        * tstzrange(date_trunc('second', complete_at), greatest(complete_at, until))
    ) - coalesce(spans, '{}')) AS part
    WHERE pg_temp.is_workday(s.place, step::date)), 0)::bigint AS took
FROM story s
CROSS JOIN LATERAL (SELECT to_timestamp(coalesce(available, %(as_of)s)) AS until) AS ends
LEFT JOIN (SELECT request_id, range_agg(tstzrange(begun, over)) AS spans FROM awaited GROUP BY 1) w
    ON w.request_id = s.id
WHERE complete_at IS NOT NULL AND (available IS NOT NULL OR is_open);

-- How long four in five requests of the last half year still needed from a stage, waits left out;
-- fewer than 30 say nothing.
CREATE TEMPORARY TABLE usual AS
WITH today AS (SELECT pg_temp.midnight((to_timestamp(%(as_of)s) AT TIME ZONE 'UTC')::date, 'UTC') AS at),
done AS (
    SELECT request_id, max(occurred_at) AS at FROM told, today
    WHERE kind = 'available' AND occurred_at <= today.at
        AND occurred_at > today.at - interval '182 days' GROUP BY 1),
entered AS (
    SELECT request_id, direction, state_to AS state, FALSE AS is_complete, occurred_at AS at
    FROM told WHERE state_to <> ''
    UNION ALL SELECT request_id, direction, 'received', TRUE, occurred_at
    FROM told WHERE kind = 'complete')
SELECT direction, state, is_complete, percentile_cont(0.8) WITHIN GROUP (ORDER BY
    extract(epoch FROM done.at - entered.at) - coalesce((
        SELECT sum(extract(epoch FROM least(over, done.at) - greatest(begun, entered.at)))
        FROM awaited a WHERE a.request_id = done.request_id
            AND least(over, done.at) > greatest(begun, entered.at)), 0)) AS seconds
FROM entered JOIN done USING (request_id) WHERE entered.at < done.at
GROUP BY 1, 2, 3 HAVING count(*) >= 30;

-- How open requests stand by the due date that decides: the earliest. While the requester is waited
-- for, that of a clock that stands still decides only if it was over before.
CREATE TEMPORARY TABLE standing AS
WITH clock AS (
    SELECT id, 'contract' AS rule, due_day, due, 5 AS allowed, TRUE AS in_workdays, TRUE AS pauses
    FROM promised
    UNION ALL SELECT id, rule, due_day, due, allowed, rule = 'notice', FALSE FROM ruled),
open AS (
    SELECT s.*, to_timestamp(%(as_of)s) AS now,
        (to_timestamp(%(as_of)s) AT TIME ZONE zone)::date AS today, EXISTS (
            SELECT FROM awaited WHERE request_id = s.id AND over = 'infinity') AS waits
    FROM story s WHERE is_open),
decided AS (
    SELECT o.*, c.rule, c.due_day, c.due, c.allowed, c.in_workdays FROM open o LEFT JOIN LATERAL (
        SELECT *, due <= %(as_of)s AS is_over FROM clock WHERE id = o.id) c
        ON NOT waits OR is_over OR NOT pauses),
first AS (
    SELECT DISTINCT ON (id) *, CASE WHEN in_workdays THEN pg_temp.workdays(place, due_day, today)
            ELSE today - due_day END AS over,
        CASE WHEN in_workdays THEN pg_temp.workdays(place, today, due_day)
            ELSE due_day - today END AS days_left,
        CASE WHEN in_workdays AND NOT pg_temp.is_workday(place, today) THEN 0
            ELSE extract(epoch FROM pg_temp.midnight(today + 1, zone) - now)
                / extract(epoch FROM pg_temp.midnight(today + 1, zone) - pg_temp.midnight(today, zone))
        END AS rest_of_today
    FROM decided ORDER BY id, due, rule)
SELECT f.id, rule, CASE WHEN due <= %(as_of)s AND over > allowed THEN 'very_late'
    WHEN due <= %(as_of)s THEN 'late'
    WHEN waits THEN 'held'
    WHEN pg_temp.workdays(place, today, due_day) <= 2 THEN 'at_risk'
    WHEN (days_left + rest_of_today) / allowed <= 0.25 THEN 'at_risk'
    WHEN due - %(as_of)s < u.seconds THEN 'at_risk'
    ELSE 'on_track' END AS band
FROM first f LEFT JOIN usual u ON u.direction = f.direction AND u.state = f.state
    AND u.is_complete = (f.state = 'received' AND complete_at IS NOT NULL);

-- Holds of what is open that nothing ended.
CREATE TEMPORARY TABLE holding AS
SELECT h.request_id, h.reason, h.at FROM told h JOIN story s ON s.id = h.request_id
WHERE h.kind = 'hold_started' AND is_open AND NOT EXISTS (SELECT FROM told n WHERE n.request_id = h.request_id AND n.seq > h.seq
        AND n.kind = 'hold_ended' AND (n.reason = h.reason OR n.reason = ''));

-- When somebody first saw that images work.
CREATE TEMPORARY TABLE seen AS
SELECT s.*, CASE WHEN direction = 'inbound' THEN (SELECT min(at) FROM told u
        WHERE u.request_id = s.id AND u.kind = 'images_usable' AND u.seq > coalesce(
            (SELECT min(seq) FROM told WHERE request_id = s.id AND kind = 'images_unusable'), -1))
    ELSE (SELECT min(at) FROM told WHERE request_id = s.id
        AND kind IN ('first_opened', 'confirmed_usable')) END AS at
FROM story s;

-- The moves of requests, and whether the table of states (`allowed`) has them.
CREATE TEMPORARY TABLE moved AS
SELECT request_id, EXISTS (SELECT FROM allowed a WHERE a.origin = m.origin AND a.target = state_to) AS fits
FROM (SELECT request_id, state_to,
        lag(state_to, 1, 'draft') OVER (PARTITION BY request_id ORDER BY seq) AS origin
    FROM told WHERE state_to <> '') m;

-- What was found of outside images that came.
CREATE TEMPORARY TABLE judged AS
SELECT *, EXISTS (SELECT FROM failure WHERE request_id = a.id AND reason IN
        ('US01', 'US02', 'US03', 'US04', 'US05', 'US06', 'US07', 'US10')) AS is_broken,
    needed_until <= coalesce(available, arrived) IS TRUE OR EXISTS (
        SELECT FROM failure WHERE request_id = a.id AND reason IN ('US08', 'US09')) AS is_unfit,
    CASE WHEN failed IS NULL AND passed IS NULL THEN 'untested' WHEN failed IS NULL THEN 'immediate'
        WHEN passed > failed THEN 'after_rework' ELSE 'not_usable' END AS grade
FROM (
    SELECT s.*, (SELECT min(seq) FROM told WHERE request_id = s.id AND kind = 'images_unusable') AS failed,
        (SELECT max(seq) FROM told WHERE request_id = s.id AND kind = 'images_usable') AS passed
    FROM story s WHERE direction = 'inbound' AND arrived IS NOT NULL) a;

-- Studies of deliveries whose images are known, and of arrivals of files: those that came first then.
CREATE TEMPORARY TABLE carried AS
SELECT t.direction, t.channel, n FROM told t CROSS JOIN LATERAL (
    SELECT count(DISTINCT series.study_id) AS n FROM requests_app_delivery_instances i
    JOIN requests_app_instance image ON image.id = i.instance_id
    JOIN requests_app_series series ON series.id = image.series_id
    WHERE i.delivery_id = t.delivery_id) AS studies
WHERE t.kind = 'available' AND t.direction = 'outbound' AND n > 0
UNION ALL
SELECT t.direction, t.channel, n FROM told t CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM requests_app_study study WHERE study.request_id = t.request_id
        AND study.first_received_at = t.occurred_at) AS studies
WHERE t.kind = 'images_received' AND t.direction = 'inbound' AND n > 0 AND EXISTS (
    SELECT FROM requests_app_receipt r WHERE r.request_id = t.request_id
        AND r.received_at = t.occurred_at);
