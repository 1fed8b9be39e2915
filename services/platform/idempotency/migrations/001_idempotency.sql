-- +goose Up
-- What was answered to a request that names itself by an Idempotency-Key.
-- answer is null while it is under way.
CREATE TABLE idempotent_request (
    scope  text   NOT NULL,
    key    text   NOT NULL,
    digest text   NOT NULL,
    at     bigint NOT NULL,
    answer text,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotent_request_at ON idempotent_request (at);
