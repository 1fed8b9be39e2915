-- +goose Up

-- Who wants to be told of what.
CREATE TABLE webhook (
    id              text    PRIMARY KEY,
    org             text    NOT NULL,
    url             text    NOT NULL,
    description     text    NOT NULL,
    topics          text    NOT NULL, -- JSON list; [] = all
    datasets        text    NOT NULL, -- JSON list; [] = all
    state           text    NOT NULL, -- active, paused, disabled
    reason          text    NOT NULL, -- of being disabled
    secret          text    NOT NULL, -- signing takes the secret itself, so it cannot be kept as a hash
    previous_secret text,             -- signs too until previous_until
    previous_until  bigint,           -- UTC ms
    after_seq       bigint  NOT NULL, -- events after this one are told
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL
);
CREATE INDEX webhook_org ON webhook (org, id);

-- One message to one of them.
CREATE TABLE webhook_delivery (
    id           text   PRIMARY KEY, -- the header webhook-id, the same in every attempt
    webhook      text   NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    seq          bigint NOT NULL,    -- of the event; minus created_at for a test
    topic        text   NOT NULL,
    body         text   NOT NULL,    -- what is sent and signed, to the byte
    state        text   NOT NULL,    -- pending, delivered, failed
    attempts     bigint NOT NULL,    -- made so far
    series       bigint NOT NULL,    -- attempts before the last replay: the schedule counts from there
    next_at      bigint,             -- UTC ms, of the next attempt
    status       bigint,             -- HTTP status of the last answer
    error        text   NOT NULL,    -- of the last attempt
    created_at   bigint NOT NULL,
    delivered_at bigint,
    UNIQUE (webhook, seq)
);
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook, id);
CREATE INDEX webhook_delivery_pending ON webhook_delivery (id) WHERE state = 'pending';
CREATE INDEX webhook_delivery_created ON webhook_delivery (created_at);

-- Up to which event deliveries have been made: one row.
CREATE TABLE webhook_position (
    id  bigint PRIMARY KEY,
    seq bigint NOT NULL
);
