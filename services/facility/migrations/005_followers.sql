-- +goose Up
-- When a draft was completely written, and waits for the servers to prepare it.
ALTER TABLE dataset ADD COLUMN draft_written bigint;

-- The servers that keep an index. Who publishes much waits until each has built
-- what it will show, or its sign of life has expired.
CREATE TABLE facility_follower (
    id          text   NOT NULL PRIMARY KEY,
    alive_until bigint NOT NULL,
    -- The draft (dataset.draft_by) for which nobody need wait for this server:
    -- it has prepared it, or cannot.
    ready       text   NOT NULL
);
