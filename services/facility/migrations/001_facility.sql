-- +goose Up
-- A dataset is published as a whole; version names what the public sees.
CREATE TABLE dataset (
    id         text   NOT NULL PRIMARY KEY,
    version    bigint NOT NULL,
    facilities bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    -- Who is preparing the next version, and when it last gave a sign of life.
    draft_by   text,
    draft_at   bigint
);

-- One row per facility and form. A row is in force in the versions
-- from_version <= v < to_version; to_version is null while no later version
-- ended it. Rows of a version above dataset.version are a draft nobody sees.
CREATE TABLE facility (
    dataset       text   NOT NULL,
    from_version  bigint NOT NULL,
    id            text   NOT NULL,
    to_version    bigint,
    -- How the same facility is known again in the next file.
    match_key     text   NOT NULL,
    -- Tells whether a facility changed: a hash of all that follows but verified_at.
    digest        bigint NOT NULL,
    category      text   NOT NULL,
    lat           double precision NOT NULL,
    lon           double precision NOT NULL,
    shape         bytea,
    cell          bigint NOT NULL,
    traits        bigint NOT NULL,
    hours         text   NOT NULL,
    zone          text   NOT NULL,
    doc           text   NOT NULL,
    -- When somebody last confirmed the place: not versioned. noted_version is
    -- the dataset version at which it last moved without a new form.
    verified_at   bigint,
    noted_version bigint,
    PRIMARY KEY (dataset, from_version, id)
);
CREATE INDEX facility_id ON facility (dataset, id);
CREATE INDEX facility_match ON facility (dataset, match_key) WHERE to_version IS NULL;
CREATE INDEX facility_ended ON facility (dataset, to_version) WHERE to_version IS NOT NULL;
CREATE INDEX facility_noted ON facility (dataset, noted_version) WHERE noted_version IS NOT NULL;

-- The rows of the version in force that the file of a draft still has.
CREATE TABLE facility_kept (
    dataset text NOT NULL,
    id      text NOT NULL,
    PRIMARY KEY (dataset, id)
);
