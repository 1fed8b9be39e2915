-- +goose Up

-- What is true of the database as a whole: its id, where it was restored from.
CREATE TABLE meta (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- As in 001_kernel.sql, but for the type of seq.
CREATE TABLE outbox (
    seq     bigint PRIMARY KEY,
    at      bigint NOT NULL, -- UTC ms
    topic   text   NOT NULL,
    ref     text   NOT NULL,
    payload text   NOT NULL  -- JSON
);
