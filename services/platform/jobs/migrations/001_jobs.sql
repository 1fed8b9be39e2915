-- +goose Up

-- Servers that work on jobs and when each last gave a sign of life: what a dead one was doing is begun again.
CREATE TABLE job_server (
    id      text   PRIMARY KEY,
    seen_at bigint NOT NULL -- UTC ms
);
