-- The measures once more, written by hand over the tables of live work: no line of the product's
-- own SQL or Python is used. Moments are whole seconds, as the mirror keeps them.
-- %(as_of)s is the moment, in seconds since 1970.
CREATE TEMPORARY VIEW told AS
SELECT e.*, floor(extract(epoch FROM e.occurred_at))::bigint AS at, r.direction, r.partner, f.zone, f.id AS place
FROM requests_app_event e
JOIN requests_app_imagingrequest r ON r.id = e.request_id
JOIN requests_app_facility f ON f.id = r.facility_id
WHERE r.state <> 'draft';

CREATE TEMPORARY VIEW story AS
SELECT r.id, r.direction, r.legal_basis, r.requester_type, r.intake, r.modality, f.id AS place, f.zone,
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
    EXISTS (SELECT FROM told WHERE request_id = r.id AND kind = 'extended') AS is_extended,
    extract(epoch FROM ((r.need_by + 1)::timestamp AT TIME ZONE f.zone))::bigint AS needed_until
FROM requests_app_imagingrequest r JOIN requests_app_facility f ON f.id = r.facility_id
WHERE r.state <> 'draft';

CREATE TEMPORARY VIEW failure AS
SELECT w.request_id, w.reason, w.at, (
    SELECT min(n.at) FROM told n WHERE n.request_id = w.request_id AND n.seq > w.seq AND CASE w.kind
        WHEN 'hold_started' THEN n.kind = 'hold_ended'
        WHEN 'delivery_failed' THEN n.kind = 'available'
        WHEN 'images_unusable' THEN n.kind IN ('images_usable', 'located', 'prepared')
        ELSE n.kind = 'failure_recovered' AND n.reason = w.reason END) AS mended
FROM told w
WHERE w.reason <> ''
    AND w.kind IN ('hold_started', 'delivery_failed', 'images_unusable', 'failure_noted');

CREATE TEMPORARY VIEW handled AS
SELECT t.request_id, t.seq FROM told t
WHERE t.kind = 'manual_touch' AND NOT EXISTS (
    SELECT FROM told b WHERE b.request_id = t.request_id AND b.kind = 'manual_touch'
        AND b.actor_id IS NOT DISTINCT FROM t.actor_id AND b.touch = t.touch
        AND (b.at, b.seq) < (t.at, t.seq) AND t.at - b.at <= 300);

-- A patient has 30 days, or 60: to the end of the last of them, where the facility is.
CREATE TEMPORARY VIEW lawful AS
SELECT s.*, extract(epoch FROM (((received_at AT TIME ZONE zone)::date
    + CASE WHEN is_extended THEN 61 ELSE 31 END)::timestamp AT TIME ZONE zone))::bigint AS due
FROM story s WHERE legal_basis IN ('patient_access', 'representative_access');

-- The contract allows five business days after the day of completeness; a day does not count that
-- begins while the requester is waited for.
CREATE TEMPORARY VIEW awaited AS
SELECT h.request_id, h.occurred_at AS begun, coalesce(
    (SELECT min(n.occurred_at) FROM told n WHERE n.request_id = h.request_id AND n.seq > h.seq
        AND (n.kind IN ('denied', 'withdrawn', 'not_found', 'duplicate')
            OR n.kind = 'hold_ended' AND (n.reason = h.reason OR n.reason = ''))),
    'infinity') AS over
FROM told h
WHERE h.kind = 'hold_started' AND h.reason IN
    ('IN01', 'AU01', 'AU02', 'AU03', 'AU04', 'AU05', 'LO05', 'RV03', 'TR08');

CREATE TEMPORARY VIEW promised AS
SELECT s.*, extract(epoch FROM ((day + 1)::timestamp AT TIME ZONE zone))::bigint AS due
FROM story s CROSS JOIN LATERAL (
    SELECT day::date FROM generate_series(1, 90) AS step
    CROSS JOIN LATERAL (SELECT (complete_at AT TIME ZONE zone)::date + step AS day) AS days
    WHERE extract(isodow FROM day) < 6
        AND NOT EXISTS (SELECT FROM requests_app_holiday
            WHERE facility_id = s.place AND date = day)
        AND NOT EXISTS (SELECT FROM awaited a WHERE a.request_id = s.id
            AND a.begun <= day::timestamp AT TIME ZONE zone
            AND least(a.over, to_timestamp(%(as_of)s)) > day::timestamp AT TIME ZONE zone)
    ORDER BY step LIMIT 1 OFFSET 4) AS fifth
WHERE complete_at IS NOT NULL;

-- What a state or a mammogram is allowed here: 15 days, to the end of the last of them.
CREATE TEMPORARY VIEW in_fifteen_days AS
SELECT s.*, extract(epoch FROM (((received_at AT TIME ZONE zone)::date + 16)::timestamp
    AT TIME ZONE zone))::bigint AS due,
    coalesce(available, CASE WHEN state IN ('denied', 'not_found') THEN ended END) AS stop
FROM story s;

-- Holds of what is open that nothing ended.
CREATE TEMPORARY VIEW holding AS
SELECT h.request_id, h.reason, h.at FROM told h JOIN story s ON s.id = h.request_id
WHERE h.kind = 'hold_started'
    AND s.state NOT IN ('delivered', 'closed', 'denied', 'not_found', 'withdrawn', 'duplicate',
        'not_our_patient')
    AND NOT EXISTS (SELECT FROM told n WHERE n.request_id = h.request_id AND n.seq > h.seq
        AND n.kind = 'hold_ended' AND (n.reason = h.reason OR n.reason = ''));

-- When somebody first saw that images work.
CREATE TEMPORARY VIEW seen AS
SELECT s.received, CASE WHEN direction = 'inbound' THEN (SELECT min(at) FROM told u
        WHERE u.request_id = s.id AND u.kind = 'images_usable' AND u.seq > coalesce(
            (SELECT min(seq) FROM told WHERE request_id = s.id AND kind = 'images_unusable'), -1))
    ELSE (SELECT min(at) FROM told WHERE request_id = s.id
        AND kind IN ('first_opened', 'confirmed_usable')) END AS at
FROM story s;
