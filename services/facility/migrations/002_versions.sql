-- +goose Up
-- What each version changed, who made it, why and from what. Written in the
-- transaction that puts the version in force, and never changed.
CREATE TABLE dataset_version (
    dataset    text   NOT NULL,
    number     bigint NOT NULL,
    at         bigint NOT NULL,
    kind       text   NOT NULL,
    author     text   NOT NULL,
    org        text   NOT NULL,
    note       text   NOT NULL,
    source     text   NOT NULL,
    sha256     text   NOT NULL,
    upload     text   NOT NULL,
    -- The version that a rollback went back to, else 0.
    of_version bigint NOT NULL,
    facilities bigint NOT NULL,
    added      bigint NOT NULL,
    changed    bigint NOT NULL,
    removed    bigint NOT NULL,
    PRIMARY KEY (dataset, number)
);

-- A confirmation is staged like everything else: verified_at holds what was
-- known before noted_version, noted_at what is known since.
ALTER TABLE facility ADD COLUMN noted_at bigint;
UPDATE facility SET noted_at = verified_at WHERE noted_version IS NOT NULL;

-- Walks over what versions ended go page by page, in this order.
DROP INDEX facility_ended;
CREATE INDEX facility_ended ON facility (dataset, to_version, id) WHERE to_version IS NOT NULL;
-- A facility that comes back gets its id back: earlier forms are looked up too.
DROP INDEX facility_match;
CREATE INDEX facility_match ON facility (dataset, match_key);

-- A place that is shut for a while. It lies over whatever version is in force;
-- the columns have names of their own because every read of facilities joins them.
CREATE TABLE facility_closure (
    closed_id     text   NOT NULL PRIMARY KEY,
    closed_from   bigint NOT NULL,
    -- null while nobody knows when it opens again.
    closed_until  bigint,
    closed_reason text   NOT NULL,
    closed_by     text   NOT NULL
);

-- The versions that there are, by what their rows tell; the outbox still knows
-- when the newer ones came into force.
INSERT INTO dataset_version (dataset, number, at, kind, author, org, note, source, sha256, upload, of_version, facilities, added, changed, removed)
WITH RECURSIVE versions (dataset, number, newest, made) AS (
    SELECT id, version, version, created_at FROM dataset WHERE version > 0
    UNION ALL
    SELECT dataset, number - 1, newest, made FROM versions WHERE number > 1
), began (dataset, number, forms) AS (
    SELECT dataset, from_version, count(*) FROM facility GROUP BY dataset, from_version
), ended (dataset, number, forms) AS (
    SELECT dataset, to_version, count(*) FROM facility WHERE to_version IS NOT NULL GROUP BY dataset, to_version
), renewed (dataset, number, forms) AS (
    SELECT e.dataset, e.to_version, count(*) FROM facility e
    JOIN facility b ON b.dataset = e.dataset AND b.id = e.id AND b.from_version = e.to_version
    WHERE e.to_version IS NOT NULL GROUP BY e.dataset, e.to_version
), events (dataset, back, at) AS (
    SELECT ref, row_number() OVER (PARTITION BY ref ORDER BY seq DESC) - 1, at FROM outbox WHERE topic = 'facility.published'
), counted (dataset, number, at, began, ended, renewed) AS (
    SELECT v.dataset, v.number, coalesce(o.at, v.made), coalesce(b.forms, 0), coalesce(e.forms, 0), coalesce(r.forms, 0) FROM versions v
    LEFT JOIN began b ON b.dataset = v.dataset AND b.number = v.number
    LEFT JOIN ended e ON e.dataset = v.dataset AND e.number = v.number
    LEFT JOIN renewed r ON r.dataset = v.dataset AND r.number = v.number
    LEFT JOIN events o ON o.dataset = v.dataset AND o.back = v.newest - v.number
)
SELECT dataset, number, at, 'import', '', '', '', '', '', '', 0,
    CAST(sum(began - ended) OVER (PARTITION BY dataset ORDER BY number) AS bigint), began - renewed, renewed, ended - renewed
FROM counted;
