-- +goose Up
-- What an agency says of a dataset. The registry's table dataset holds what is
-- published of it; a dataset without a row here came from the command line and
-- belongs to nobody, one without a row there is a draft.
CREATE TABLE dataset_record (
    id               text    NOT NULL PRIMARY KEY,
    org              text    NOT NULL,
    -- JSON objects from language to text.
    title            text    NOT NULL,
    description      text    NOT NULL,
    licence          text    NOT NULL,
    contact          text    NOT NULL,
    -- JSON [west, south, east, north]; null where it is not known.
    area             text,
    division         text    NOT NULL,
    category         text    NOT NULL,
    -- How the next file will be read: learnt from the last one.
    crs              text    NOT NULL,
    mapping          text    NOT NULL,
    required         text    NOT NULL,
    require_approval boolean NOT NULL,
    -- Counts edits of this row.
    revision         bigint  NOT NULL,
    created_at       bigint  NOT NULL,
    updated_at       bigint  NOT NULL
);
CREATE INDEX dataset_record_org ON dataset_record (org, id);

-- A file that was brought, and what became of it. Its bytes and what the gate
-- made of them lie in the data folder, under the row's id.
CREATE TABLE upload (
    id           text   NOT NULL PRIMARY KEY,
    dataset      text   NOT NULL REFERENCES dataset_record (id),
    state        text   NOT NULL,
    reason       text   NOT NULL,
    name         text   NOT NULL,
    format       text   NOT NULL,
    size         bigint NOT NULL,
    sha256       text   NOT NULL,
    -- The key that brought it, or the address it was fetched from.
    key_id       text   NOT NULL,
    source_url   text   NOT NULL,
    -- How it is read, and the repairs that its agency has accepted.
    crs          text   NOT NULL,
    mapping      text   NOT NULL,
    repairs      text   NOT NULL,
    -- Counts the passages through the gate: an older one's outcome is void.
    run          bigint NOT NULL,
    -- Of the last passage: the version it compared with, and its counts.
    base         bigint NOT NULL,
    summary      text   NOT NULL,
    -- The second person's say.
    requested_by text   NOT NULL,
    note         text   NOT NULL,
    decided_by   text   NOT NULL,
    decision     text   NOT NULL,
    version      bigint NOT NULL,
    -- The sender's Idempotency-Key; null without one.
    request_key  text,
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL
);
CREATE INDEX upload_dataset ON upload (dataset, id);
CREATE UNIQUE INDEX upload_request ON upload (dataset, key_id, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX upload_state ON upload (state, updated_at);

-- A file that is fetched again and again.
CREATE TABLE harvest (
    dataset       text   NOT NULL PRIMARY KEY REFERENCES dataset_record (id),
    url           text   NOT NULL,
    every_s       bigint NOT NULL,
    repairs       text   NOT NULL,
    key_id        text   NOT NULL,
    -- What the server said of the last file that was good, as JSON, and its hash.
    condition     text   NOT NULL,
    sha256        text   NOT NULL,
    next_at       bigint NOT NULL,
    created_at    bigint NOT NULL
);
CREATE INDEX harvest_due ON harvest (next_at);

-- The last runs of each harvest. condition is what the server said of the file:
-- it becomes the harvest's if the file is good.
CREATE TABLE harvest_run (
    id        text   NOT NULL PRIMARY KEY,
    dataset   text   NOT NULL,
    outcome   text   NOT NULL,
    message   text   NOT NULL,
    upload    text   NOT NULL,
    version   bigint NOT NULL,
    bytes     bigint NOT NULL,
    condition text   NOT NULL,
    began_at  bigint NOT NULL,
    ended_at  bigint NOT NULL
);
CREATE INDEX harvest_run_dataset ON harvest_run (dataset, id);
CREATE INDEX harvest_run_upload ON harvest_run (upload);
