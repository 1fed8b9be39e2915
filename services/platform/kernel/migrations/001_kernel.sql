-- +goose Up

-- What is true of the database as a whole: its id, where it was restored from.
CREATE TABLE meta (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- One row per event; seq is commit order without gaps. Trimming always keeps the newest row, from which seq goes on.
-- An INTEGER PRIMARY KEY is the row's address in SQLite; PostgreSQL's file says bigint.
CREATE TABLE outbox (
    seq     integer PRIMARY KEY,
    at      bigint NOT NULL, -- UTC ms
    topic   text   NOT NULL,
    ref     text   NOT NULL,
    payload text   NOT NULL  -- JSON
);
